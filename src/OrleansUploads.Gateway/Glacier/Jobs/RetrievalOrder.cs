using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using OrleansUploads.Core;
using OrleansUploads.Core.Archives;
using OrleansUploads.Core.Jobs;
using OrleansUploads.Core.Parts;
using OrleansUploads.Gateway.Glacier.Documents;
using OrleansUploads.Gateway.Glacier.Errors;
using OrleansUploads.Gateway.Glacier.Requests;

namespace OrleansUploads.Gateway.Glacier.Jobs;

/// <summary>What the body of InitiateJob asks for, checked.</summary>
/// <param name="Archive">The archive.</param>
/// <param name="Range">The bytes that are wanted; null for all.</param>
/// <param name="Wish">What the caller says about the job.</param>
internal sealed record RetrievalOrder(ArchiveId Archive, PartRange? Range, JobWish Wish)
{
    private const string ArchiveRetrieval = "archive-retrieval";

    /// <summary>Reads the body.</summary>
    public static bool TryRead(
        ReadOnlyMemory<byte> body,
        [NotNullWhen(true)] out RetrievalOrder? order,
        [NotNullWhen(false)] out GlacierError? error)
    {
        order = null;
        if (!TryParse(body, out var parameters, out error) || !TryReadWish(parameters, out var wish, out error))
        {
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
            error = GlacierError.ArchiveNotFound(parameters.ArchiveId ?? "");
            return false;
        }

        order = new RetrievalOrder(archive, wanted, wish);
        error = null;
        return true;
    }

    private static bool TryParse(
        ReadOnlyMemory<byte> body,
        [NotNullWhen(true)] out JobParameters? parameters,
        [NotNullWhen(false)] out GlacierError? error)
    {
        parameters = null;
        try
        {
            parameters = body.IsEmpty
                ? null
                : JsonSerializer.Deserialize(body.Span, GlacierJson.Documents.JobParameters);
            error = parameters is null ? GlacierError.Missing("Job Parameters") : RefusalOfType(parameters);
        }
        catch (JsonException malformed)
        {
            error = GlacierError.NotReadable($"The body is not the JSON object of a job: {malformed.Message}");
        }

        return error is null && parameters is not null;
    }

    private static GlacierError? RefusalOfType(JobParameters parameters) => parameters.Type switch
    {
        null => GlacierError.Missing("type"),
        ArchiveRetrieval => parameters.ArchiveId is null ? GlacierError.Missing("ArchiveId") : null,
        "inventory-retrieval" or "select" => GlacierError.Invalid(
            $"Invalid Type: {parameters.Type}. This server does not support it yet; it supports '{ArchiveRetrieval}'."),
        _ => GlacierError.Invalid($"Invalid Type: {parameters.Type}. It must be '{ArchiveRetrieval}'."),
    };

    private static bool TryReadWish(
        JobParameters parameters, [NotNullWhen(true)] out JobWish? wish, [NotNullWhen(false)] out GlacierError? error)
    {
        wish = null;
        RetrievalTier? tier = parameters.Tier switch
        {
            null or "Standard" => RetrievalTier.Standard,
            "Expedited" => RetrievalTier.Expedited,
            "Bulk" => RetrievalTier.Bulk,
            _ => null,
        };
        if (tier is null)
        {
            error = GlacierError.Invalid(
                $"Invalid Tier: {parameters.Tier}. It must be 'Expedited', 'Standard' or 'Bulk'.");
            return false;
        }

        if (!Description.TryParse(parameters.Description, out var description))
        {
            error = GlacierError.Invalid(
                $"Invalid Description. It has at most {Limits.MaxDescriptionChars} characters of printable ASCII (0x20 to "
                + "0x7E).");
            return false;
        }

        wish = new JobWish(description, parameters.SNSTopic, tier.Value);
        error = null;
        return true;
    }
}
