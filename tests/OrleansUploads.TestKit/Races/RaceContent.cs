using OrleansUploads.Hashing;

namespace OrleansUploads.TestKit.Races;

/// <summary>Bytes that only one request of a round writes, so that a reader knows which request that was.</summary>
/// <param name="Value">The content's number in its round, from 1.</param>
/// <param name="IsMultipart">Whether the bytes are the only part of a multipart upload.</param>
/// <param name="MoreBytes">How much longer than usual the content is.</param>
public sealed record RaceContent(int Value, bool IsMultipart, int MoreBytes = 0)
{
    private const int LengthBytes = 3000;

    public byte[] Bytes { get; } = Archives.Bytes(LengthBytes + MoreBytes + Value, seed: Value);

    public string PartTag => $"\"{Md5}\"";

    public string ETag => IsMultipart ? $"\"{ObjectETag.OfParts([Md5])}\"" : PartTag;

    private Md5Digest Md5 => Md5Digest.Compute(Bytes);
}
