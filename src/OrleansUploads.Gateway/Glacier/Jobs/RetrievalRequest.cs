using OrleansUploads.Core.Jobs;
using OrleansUploads.Core.Parts;
using OrleansUploads.Gateway.Glacier.Protocol;

namespace OrleansUploads.Gateway.Glacier.Jobs;

/// <summary>A request for an archive.</summary>
/// <param name="Archive">The archive.</param>
/// <param name="Range">The requested bytes, or null for all.</param>
/// <param name="Options">Description, topic and tier.</param>
internal sealed record RetrievalRequest(ArchiveId Archive, PartRange? Range, JobOptions Options) : JobRequest(Options)
{
    /// <summary>Reads the parameters of an archive retrieval. Parameters of other types are ignored, because some clients always
    /// send <c>Format</c>.</summary>
    public static RetrievalRequest Read(JobParameters parameters, JobOptions options)
    {
        var id = parameters.ArchiveId ?? throw GlacierError.Missing("ArchiveId").AsException();
        PartRange? requested = parameters.RetrievalByteRange is not { } text ? null
            : ProtocolNumber.TryParseRange(text, out var range) ? range
            : throw GlacierError.Invalid($"Invalid RetrievalByteRange: {text}. The form is 'first-last'.").AsException();
        return ArchiveId.TryParse(id, out var archive)
            ? new RetrievalRequest(archive, requested, options)
            : throw GlacierError.ArchiveNotFound(id).AsException();
    }
}
