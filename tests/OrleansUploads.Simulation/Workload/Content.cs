namespace OrleansUploads.Simulation.Workload;

/// <summary>The first bytes of one of a few random blocks of 1 MiB. Their hashes are real and cheap.</summary>
/// <param name="Block">0 to <see cref="Blocks"/> - 1.</param>
/// <param name="LengthBytes">1 byte to 1 MiB.</param>
internal readonly record struct Content(int Block, int LengthBytes)
{
    public const int Blocks = 6;
    public const int FullBytes = TreeHash.LeafBytes;

    private static readonly byte[][] Pool = [.. Enumerable.Range(0, Blocks).Select(MakeBlock)];
    private static readonly Sha256Digest[] FullDigests =
        [.. Pool.Select(block => new Sha256Digest(System.Security.Cryptography.SHA256.HashData(block)))];

    /// <summary>Other bytes of the same length.</summary>
    public Content Other => this with { Block = (Block + 1) % Blocks };

    public bool IsFull => LengthBytes == FullBytes;

    public ReadOnlyMemory<byte> Bytes => Pool[Block].AsMemory(0, LengthBytes);

    public byte[] Whole => Pool[Block];

    /// <summary>The content is at most 1 MiB, so this is the linear hash, the tree hash and the only leaf.</summary>
    public Sha256Digest Digest => IsFull
        ? FullDigests[Block]
        : new Sha256Digest(System.Security.Cryptography.SHA256.HashData(Bytes.Span));

    public TreeHash TreeHash => new(Digest);

    /// <summary>Who sends this content. No one else does, so the sender in a timeline says which bytes it means.</summary>
    public Sender Sender => new("client", Node: null, ToString());

    public override string ToString() => IsFull ? $"{(char)('A' + Block)}" : $"{(char)('a' + Block)}{LengthBytes}";

    public static TreeHash TreeHashOf(IReadOnlyList<Content> contents) =>
        TreeHasher.Combine([.. contents.Select(static content => content.TreeHash)]);

    public static long SizeOf(IReadOnlyList<Content> contents) => contents.Sum(static content => (long)content.LengthBytes);

    private static byte[] MakeBlock(int number)
    {
        var block = new byte[FullBytes];
        new World.SeededRandom((ulong)number + 0xB10C).Fill(block);
        return block;
    }
}
