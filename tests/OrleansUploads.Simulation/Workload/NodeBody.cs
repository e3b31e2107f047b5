namespace OrleansUploads.Simulation.Workload;

/// <summary>The body of a granted write: the bytes of a part, and a footer. The node may lie about both.</summary>
/// <param name="Grant">The grant.</param>
/// <param name="Bytes">The bytes. The store takes only as many as were granted.</param>
/// <param name="Leaf">The leaf in the footer.</param>
/// <param name="IsSealed">Whether the footer was made for this upload and attempt.</param>
internal sealed record NodeBody(Grant Grant, Content Bytes, Sha256Digest Leaf, bool IsSealed)
{
    private static readonly UploadId OtherUpload = Some.Upload(99);

    /// <summary>The footer as it is stored.</summary>
    public ReadOnlyMemory<byte> Footer
    {
        get
        {
            var footer = new AttemptFooter(Grant.Attempt, Bytes.LengthBytes);
            footer.Append(Bytes.Bytes.Span);
            footer.Seal(IsSealed ? Grant.Upload : OtherUpload, [Leaf]);
            return footer.Bytes;
        }
    }

    /// <summary>Whether the leaf is not that of the bytes, so that they cannot be read.</summary>
    public bool IsHollow => Leaf != Bytes.Digest;

    public static NodeBody Of(Grant grant, NodeLie lie)
    {
        var truth = grant.Content;
        return new NodeBody(
            grant,
            lie == NodeLie.OtherBytes ? truth.Other : truth,
            lie == NodeLie.OtherLeaf ? truth.Other.Digest : truth.Digest,
            IsSealed: lie != NodeLie.OtherSeal);
    }

    /// <summary>Whether a report says what the footer says, so that it is taken.</summary>
    public bool IsAsReported(Request.ReportWritten report) =>
        IsSealed && Grant.Attempt == report.Attempt && Grant.Slot == report.Slot && Leaf == report.Content.Digest
        && Bytes.LengthBytes == report.LengthBytes && report.Content.LengthBytes == report.LengthBytes;
}

/// <summary>The permission to write one attempt once.</summary>
internal sealed record Grant(UploadId Upload, int Slot, Content Content, AttemptId Attempt, DateTimeOffset Until);

/// <summary>The false bytes or footer that a node writes.</summary>
internal enum NodeLie
{
    None,

    /// <summary>Other bytes under a true leaf. The report is taken, and the part cannot be read.</summary>
    OtherBytes,
    OtherLeaf,

    /// <summary>A footer of another upload.</summary>
    OtherSeal,
}

/// <summary>All that nodes have ever written, also what the store has deleted since.</summary>
internal sealed class WrittenBodies
{
    private readonly Dictionary<UploadId, List<NodeBody>> _byUpload = [];

    /// <summary>What was written for an upload. The list grows.</summary>
    public List<NodeBody> Of(UploadId upload)
    {
        if (!_byUpload.TryGetValue(upload, out var bodies))
        {
            _byUpload.Add(upload, bodies = []);
        }

        return bodies;
    }
}
