using System.Diagnostics.CodeAnalysis;
using OrleansUploads.Core.Archives;
using OrleansUploads.Core.Jobs;
using OrleansUploads.Core.Parts;
using OrleansUploads.Gateway.Glacier.Documents;
using OrleansUploads.Gateway.Glacier.Errors;
using OrleansUploads.Gateway.Glacier.Requests;

namespace OrleansUploads.Gateway.Glacier.Jobs;

/// <summary>An archive is wanted.</summary>
/// <param name="Archive">The archive.</param>
/// <param name="Range">The bytes that are wanted; null for all.</param>
/// <param name="Wish">What the caller says about the job.</param>
internal sealed record RetrievalOrder(ArchiveId Archive, PartRange? Range, JobWish Wish) : JobOrder(Wish)
{
    /// <summary>Reads the parameters that this kind of job has. Those of other kinds are ignored, as some clients send
    /// <c>Format</c> always.</summary>
    public static bool TryRead(
        JobParameters parameters,
        JobWish wish,
        [NotNullWhen(true)] out JobOrder? order,
        [NotNullWhen(false)] out GlacierError? error)
    {
        order = null;
        if (parameters.ArchiveId is null)
        {
            error = GlacierError.Missing("ArchiveId");
            return false;
        }

        PartRange? wanted = null;
        if (parameters.RetrievalByteRange is { } text)
        {
            if (!Digits.TryReadRange(text, out var range))
            {
                error = GlacierError.Invalid($"Invalid RetrievalByteRange: {text}. The form is 'first-last'.");
                return false;
            }

            wanted = range;
        }

        if (!ArchiveId.TryParse(parameters.ArchiveId, out var archive))
        {
            error = GlacierError.ArchiveNotFound(parameters.ArchiveId);
            return false;
        }

        order = new RetrievalOrder(archive, wanted, wish);
        error = null;
        return true;
    }
}
