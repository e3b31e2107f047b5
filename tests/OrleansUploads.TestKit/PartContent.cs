using OrleansUploads.Client.Sources;
using OrleansUploads.Hashing;

namespace OrleansUploads.TestKit;

/// <summary>Bytes that are generated from a seed when needed, so that thousands of them take no memory.</summary>
public sealed record PartContent(int Seed, int LengthBytes)
{
    private TreeHash? _treeHash;

    public TreeHash TreeHash => _treeHash ??= TreeHasher.Compute(Bytes());

    public byte[] Bytes() => Archives.Bytes(LengthBytes, Seed);

    public HashedBody Body()
    {
        var body = HashedBody.Of(Bytes());
        _treeHash = body.TreeHash;
        return body;
    }
}
