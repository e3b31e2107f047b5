namespace OrleansUploads.Benchmarks.Transfers;

/// <summary>An archive in memory, in parts with known hashes, so that sending them costs the client little.</summary>
internal sealed class ArchiveParts
{
    /// <summary>The length of a part unless another one is chosen.</summary>
    public const int DefaultPartBytes = 8 << 20;

    public ArchiveParts(int count, int partBytes = DefaultPartBytes)
    {
        PartBytes = partBytes;
        Bodies = new byte[count][];
        Hashes = new PartHashes[count];
        using var hasher = new PartHasher();
        var trees = new TreeHash[count];
        for (var i = 0; i < count; i++)
        {
            Bodies[i] = Some.Bytes(PartBytes, seed: i);
            hasher.Append(Bodies[i]);
            Hashes[i] = hasher.Finish();
            trees[i] = Hashes[i].Tree;
        }

        TreeHash = TreeHasher.Combine(trees);
    }

    public int PartBytes { get; }

    public byte[][] Bodies { get; }

    public PartHashes[] Hashes { get; }

    public TreeHash TreeHash { get; }

    public long SizeBytes => (long)Bodies.Length * PartBytes;

    public double Gibibytes => SizeBytes / (double)(1 << 30);
}
