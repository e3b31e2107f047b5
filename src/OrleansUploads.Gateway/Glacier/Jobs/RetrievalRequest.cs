using System.Diagnostics.CodeAnalysis;
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
    public static bool TryRead(
        JobParameters parameters,
        JobOptions options,
        [NotNullWhen(true)] out JobRequest? request,
        [NotNullWhen(false)] out GlacierError? error)
    {
        request = null;
        if (parameters.ArchiveId is null)
        {
            error = GlacierError.Missing("ArchiveId");
            return false;
        }

        PartRange? requested = null;
        if (parameters.RetrievalByteRange is { } text)
        {
            if (!ProtocolNumber.TryParseRange(text, out var range))
            {
                error = GlacierError.Invalid($"Invalid RetrievalByteRange: {text}. The form is 'first-last'.");
                return false;
            }

            requested = range;
        }

        if (!ArchiveId.TryParse(parameters.ArchiveId, out var archive))
        {
            error = GlacierError.ArchiveNotFound(parameters.ArchiveId);
            return false;
        }

        request = new RetrievalRequest(archive, requested, options);
        error = null;
        return true;
    }
}
