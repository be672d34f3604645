/**
 * The seconds of audio that an independent reader finds in a delivered copy, finished or cut off; 0 where it finds
 * none. Nothing is decoded: packets are counted, up to the last complete one.
 */
export async function measureSeconds(path: string): Promise<number> {
  const { ALL_FORMATS, EncodedPacketSink, FilePathSource, Input } = await import('mediabunny');
  const input = new Input({ source: new FilePathSource(path), formats: ALL_FORMATS });
  let seconds = 0;
  try {
    const track = await input.getPrimaryAudioTrack();
    if (track === null) return 0;
    for await (const packet of new EncodedPacketSink(track).packets(undefined, undefined, {
      metadataOnly: true,
    }))
      seconds = packet.timestamp + packet.duration;
    return seconds;
  } catch {
    // A fragment that was cut off ends it; what came before counts.
    return seconds;
  } finally {
    input.dispose();
  }
}
