namespace OrleansUploads.Client.Transfers;

/// <summary>An upload has stopped. The server keeps the parts sent so far. Pass <see cref="UploadId"/> to
/// <see cref="ArchiveUpload.ResumeAsync"/> to resume it.</summary>
public sealed class ArchiveUploadException : Exception
{
    /// <summary>Creates an exception.</summary>
    public ArchiveUploadException(string uploadId, string message, Exception? innerException = null)
        : base(message, innerException) => UploadId = uploadId;

    /// <summary>The upload ID.</summary>
    public string UploadId { get; }

    /// <summary>The first part on the server that differs from the source, or null if no difference was found.</summary>
    public PartDifference? FirstDifference { get; init; }
}

/// <summary>How a part on the server differs from the source.</summary>
public enum PartDifferenceKind
{
    /// <summary>The server does not have the part.</summary>
    Missing,

    /// <summary>The server's part has a different length.</summary>
    Length,

    /// <summary>The server's part has different bytes.</summary>
    Content,

    /// <summary>The server has a part that the source does not have.</summary>
    Unexpected,
}

/// <summary>A part on the server that differs from the source.</summary>
/// <param name="Kind">The kind of difference.</param>
/// <param name="Range">The part's range in the source, or on the server for an unexpected part.</param>
public readonly record struct PartDifference(PartDifferenceKind Kind, ByteRange Range)
{
    /// <summary>As a sentence.</summary>
    internal string Describe() => Kind switch
    {
        PartDifferenceKind.Missing => $"The server does not have bytes {Range}.",
        PartDifferenceKind.Length => $"The server's part for bytes {Range} has a different length.",
        PartDifferenceKind.Content => $"The server's bytes {Range} differ from the source.",
        PartDifferenceKind.Unexpected => $"The server has bytes {Range}, which the source does not have.",
    };
}
