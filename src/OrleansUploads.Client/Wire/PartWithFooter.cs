using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using OrleansUploads.Client.Sources;

namespace OrleansUploads.Client.Wire;

/// <summary>The body of a write under a grant: the bytes of a part, followed by their hashes. Each byte is read and hashed once, on its
/// way.</summary>
/// <remarks>The footer, little-endian: the SHA-256 of each MiB (32 bytes each), a magic text (8), the version (4), the length of the part
/// (8), and the SHA-256 (32) of all that, the upload ID in ASCII and the attempt. docs/direct-writes.md describes it.</remarks>
internal sealed class PartWithFooter(
    ByteSource source, ByteRange range, string attempt, string uploadId, IdleTimer idle, RateLimit? limit)
    : BodyContent(source, range, onSent: null, idle, limit)
{
    private const int Version = 2;
    private const int VersionAt = 8;
    private const int LengthAt = 12;
    private const int SealAt = 20;
    private const int TrailerBytes = SealAt + Sha256Digest.Bytes;

    private readonly PartHasher _hasher = new(withLinearHash: false);

    /// <summary>The tree hash of the bytes. Valid when all have been sent.</summary>
    public TreeHash TreeHash { get; private set; }

    protected override int FooterBytes =>
        checked((int)((SourceBytes + TreeHash.LeafBytes - 1) / TreeHash.LeafBytes) * Sha256Digest.Bytes) + TrailerBytes;

    private static ReadOnlySpan<byte> Magic => "OU-PART\n"u8;

    protected override void Begin() => _hasher.Finish();

    protected override void Append(ReadOnlySpan<byte> bytes) => _hasher.Append(bytes);

    protected override ReadOnlyMemory<byte> Finish()
    {
        var hashes = _hasher.Finish();
        TreeHash = hashes.Tree;
        var footer = new byte[FooterBytes];
        var at = 0;
        foreach (var leaf in hashes.Leaves)
        {
            leaf.Span.CopyTo(footer.AsSpan(at));
            at += Sha256Digest.Bytes;
        }

        var trailer = footer.AsSpan(at);
        Magic.CopyTo(trailer);
        BinaryPrimitives.WriteInt32LittleEndian(trailer[VersionAt..], Version);
        BinaryPrimitives.WriteInt64LittleEndian(trailer[LengthAt..], SourceBytes);
        using var seal = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        seal.AppendData(footer.AsSpan(0, at + SealAt));
        seal.AppendData(Encoding.ASCII.GetBytes(uploadId));
        seal.AppendData(Convert.FromHexString(attempt));
        seal.GetHashAndReset(trailer[SealAt..]);
        return footer;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _hasher.Dispose();
        }

        base.Dispose(disposing);
    }
}
