/** The typical text of one language in an encoding with one to four bytes for a character. */
export interface MultiByteProfile {
  readonly encoding: string;
  /** Bytes of the character that begins with these two; the first is 0x80 or more. */
  readonly lengthOf: (first: number, second: number) => number;
  /** True in the range where the standard has everyday characters; false for rare signs and later additions. */
  readonly isUsual: (first: number, second: number) => boolean;
  /** Characters that much of all text in the language is made of. */
  readonly isCommon: (character: string) => boolean;
}

const SIMPLIFIED =
  '的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方后多定行学法所民得经十三之进着等部度家电力里如水化高自二理起小物现实加量都两体制机当使点从业本去把性好应开它合还因由其些然前外天政四日那社义事平形相全表间样与关各重新线内数正心反你明看原又么利比或但质气第向道命此变条只没结解问意建月公无系军很情者最立代想已通并提直题党程展五果料象员革位入常文总次品式活设及管特件长求老头基资边流路级少图山统接知较将组见计别她手角期根论运农指几九区强放决西被干做必战先回则任取据处队南给色光门即保治北造百规热领七海口东导器压志世金增争济阶油思术极交受联什认六共权收证改清己美再采转更单风切打白教速花带安场身车例真务具万每目至达走积示议声报斗完类八离华名确才科张信马节话米整空元况今集温传土许步群广石记需段研界拉林律叫且究观越织装影算低持音众书布复容儿须际商非验连断深难近矿千周委素技备半办青省列习响约支般史感劳便团往酸历市克何除消构府称太准精值号率族维划选标写存候毛亲快效斯院查江型眼王按格养易置派层片始却专状育厂京识适属圆包火住调满县局照参红细引听该铁价严谢您吗吧呢请喂哪谁';
const TRADITIONAL =
  '的一是在不了有和人這中大為上個國我以要他時來用們生到作地於出就分對成會可主發年動同工也能下過子說產種面而方後多定行學法所民得經十三之進著等部度家電力裡如水化高自二理起小物現實加量都兩體制機當使點從業本去把性好應開它合還因由其些然前外天政四日那社義事平形相全表間樣與關各重新線內數正心反你明看原又麼利比或但質氣第向道命此變條只沒結解問意建月公無系軍很情者最立代想已通並提直題黨程展五果料象員革位入常文總次品式活設及管特件長求老頭基資邊流路級少圖山統接知較將組見計別她手角期根論運農指幾九區強放決西被做必戰先回則任取據處隊南給色光門即保治北造百規熱領七海口東導器壓志世金增爭濟階油思術極交受聯什認六共權收證改清己美再採轉更單風切打白教速花帶安場身車例真務具萬每目至達走積示議聲報完類八離華名確才科張信馬節話米整空元況今集溫傳土許步群廣石記需段研界拉林律叫且究觀越織裝影算低持音眾書布複容兒須際商非驗連斷深難近千周委素技備半辦青省列習響約支般史感勞便團往歷市克何除消構府稱太準精值號率族維劃選標寫存候毛親快效院查江型眼王按格養易置派層片始卻專狀育廠京識適屬圓包火住調滿縣局照參紅細引聽該鐵價嚴謝您嗎吧呢請喂哪誰';
const KOREAN =
  '이다는을에의가고하지를한은도로기사서나자리어해인그시아대것스일수들있부전장정보라과주만제상면으여원적소공구회업오세동경위관모안비조계성내마무요유연치신선방니실들게야거까네저말우습합녕생각감와때년월분없않했었';

/** Japanese text is recognised by its kana, which no other language uses. */
const isKana = (character: string): boolean => /^[\u3041-\u3096\u30a1-\u30fc]$/.test(character);
const oneOf = (characters: string): ((character: string) => boolean) => {
  const set = new Set(characters);
  return (character) => set.has(character);
};
const pair = (): number => 2;
const within = (value: number, least: number, most: number): boolean => value >= least && value <= most;

export const MULTI_BYTE_PROFILES: readonly MultiByteProfile[] = [
  {
    encoding: 'shift_jis',
    lengthOf: (first) => (within(first, 0xa1, 0xdf) ? 1 : 2),
    // Signs and kana, and the first level of kanji. Half-width katakana are excluded: other text looks like them.
    isUsual: (first) => within(first, 0x81, 0x83) || within(first, 0x88, 0x97),
    isCommon: isKana,
  },
  {
    encoding: 'euc-jp',
    lengthOf: (first) => (first === 0x8f ? 3 : 2),
    isUsual: (first) => within(first, 0xa1, 0xa5) || within(first, 0xb0, 0xcf),
    isCommon: isKana,
  },
  {
    encoding: 'euc-kr',
    lengthOf: pair,
    isUsual: (first, second) => second >= 0xa1 && (first === 0xa1 || within(first, 0xb0, 0xc8)),
    isCommon: oneOf(KOREAN),
  },
  {
    encoding: 'gb18030',
    lengthOf: (_, second) => (within(second, 0x30, 0x39) ? 4 : 2),
    isUsual: (first, second) => second >= 0xa1 && (within(first, 0xa1, 0xa3) || within(first, 0xb0, 0xd7)),
    isCommon: oneOf(SIMPLIFIED),
  },
  {
    encoding: 'big5',
    lengthOf: pair,
    isUsual: (first) => within(first, 0xa1, 0xa2) || within(first, 0xa4, 0xc6),
    isCommon: oneOf(TRADITIONAL),
  },
];
