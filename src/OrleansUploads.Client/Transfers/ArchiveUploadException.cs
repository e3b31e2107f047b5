using OrleansUploads.Client.Models;

namespace OrleansUploads.Client.Transfers;

/// <summary>An upload has stopped. What it has sent is kept by the server, and <see cref="UploadId"/> resumes it.</summary>
public sealed class ArchiveUploadException : Exception
{
    /// <summary>Makes an exception.</summary>
    public ArchiveUploadException(string uploadId, string message, Exception? innerException = null)
        : base(message, innerException) => UploadId = uploadId;

    /// <summary>Resumes the upload.</summary>
    public string UploadId { get; }

    /// <summary>Where all parts were sent, and yet the server does not have what was sent: the first part that differs.</summary>
    public PartDifference? FirstDifference { get; init; }
}

/// <summary>How a part on the server differs from the source.</summary>
public enum PartDifferenceKind
{
    /// <summary>The server has no such part.</summary>
    Missing,

    /// <summary>The server's part has another length.</summary>
    Length,

    /// <summary>The server's part has other bytes.</summary>
    Content,

    /// <summary>The server has a part that the source has not.</summary>
    Unexpected,
}

/// <summary>A part on the server that differs from the source.</summary>
/// <param name="Kind">How it differs.</param>
/// <param name="Range">Which bytes: the source's, or the server's for an unexpected part.</param>
public readonly record struct PartDifference(PartDifferenceKind Kind, ByteRange Range);
