using System.Collections.Immutable;

namespace OrleansUploads.Hashing;

/// <summary>The hashes and the length of a part.</summary>
public sealed class PartHashes
{
    internal PartHashes(LinearHash? linear, TreeHash tree, ImmutableArray<Sha256Digest> leaves, long lengthBytes)
    {
        Linear = linear;
        Tree = tree;
        Leaves = leaves;
        LengthBytes = lengthBytes;
    }

    /// <summary>SHA-256 of the part's bytes, or null if it was not computed.</summary>
    public LinearHash? Linear { get; }

    /// <summary>Tree hash of the part's bytes.</summary>
    public TreeHash Tree { get; }

    /// <summary>The SHA-256 of each MiB, in order; the last one may be shorter. Empty for an empty part.</summary>
    public ImmutableArray<Sha256Digest> Leaves { get; }

    /// <summary>Length of the part in bytes.</summary>
    public long LengthBytes { get; }
}
