using System.Collections.Immutable;

namespace OrleansUploads.Core.Hashing;

/// <summary>Everything that one pass over a part's bytes finds out.</summary>
public sealed class PartHashes
{
    internal PartHashes(LinearHash linear, TreeHash tree, ImmutableArray<Sha256Digest> leaves, long lengthBytes)
    {
        Linear = linear;
        Tree = tree;
        Leaves = leaves;
        LengthBytes = lengthBytes;
    }

    /// <summary>SHA-256 of the part's bytes.</summary>
    public LinearHash Linear { get; }

    /// <summary>Tree hash of the part's bytes.</summary>
    public TreeHash Tree { get; }

    /// <summary>The digest of each started MiB, in order; none for an empty part.</summary>
    public ImmutableArray<Sha256Digest> Leaves { get; }

    /// <summary>How many bytes the part has.</summary>
    public long LengthBytes { get; }
}
