using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using OrleansUploads.Core.Jobs;
using OrleansUploads.Gateway.Glacier.Protocol;

namespace OrleansUploads.Gateway.Glacier.Jobs;

/// <summary>The checked request of InitiateJob.</summary>
/// <param name="Options">Description, topic and tier.</param>
internal abstract record JobRequest(JobOptions Options)
{
    private const string ArchiveRetrieval = "archive-retrieval";
    private const string InventoryRetrieval = "inventory-retrieval";
    private const string Types = $"'{ArchiveRetrieval}' or '{InventoryRetrieval}'";

    /// <summary>Reads the request body.</summary>
    public static bool TryRead(
        ReadOnlyMemory<byte> body,
        [NotNullWhen(true)] out JobRequest? request,
        [NotNullWhen(false)] out GlacierError? error)
    {
        request = null;
        if (!TryParse(body, out var parameters, out error))
        {
            return false;
        }

        switch (parameters.Type)
        {
            case null:
                error = GlacierError.Missing("type");
                return false;
            case ArchiveRetrieval:
                return TryReadOptions(parameters, out var options, out error)
                    && RetrievalRequest.TryRead(parameters, options, out request, out error);
            case InventoryRetrieval:
                return TryReadOptions(parameters, out options, out error)
                    && InventoryRequest.TryRead(parameters, options, out request, out error);
            case "select":
                error = GlacierError.Invalid($"Invalid Type: select. Select jobs are no longer supported; use {Types}.");
                return false;
            default:
                error = GlacierError.Invalid($"Invalid Type: {parameters.Type}. It must be {Types}.");
                return false;
        }
    }

    /// <summary>The archive ID in a body, even if other parts of the body are wrong, or null.</summary>
    public static string? ReadArchiveId(ReadOnlyMemory<byte> body) =>
        TryParse(body, out var parameters, out _) ? parameters.ArchiveId : null;

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
                : JsonSerializer.Deserialize(body.Span, JobJson.Documents.JobParameters);
            error = parameters is null ? GlacierError.Missing("Job Parameters") : null;
        }
        catch (JsonException malformed)
        {
            error = GlacierError.NotReadable("a job", malformed);
        }

        return error is null && parameters is not null;
    }

    private static bool TryReadOptions(
        JobParameters parameters, [NotNullWhen(true)] out JobOptions? options, [NotNullWhen(false)] out GlacierError? error)
    {
        options = null;
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

        if (parameters.SNSTopic is { Length: > Limits.MaxTopicChars } topic)
        {
            error = GlacierError.Invalid(
                $"Invalid SNSTopic. It has {topic.Length} characters, and at most {Limits.MaxTopicChars} are allowed.");
            return false;
        }

        options = new JobOptions(description, parameters.SNSTopic, tier.Value);
        error = null;
        return true;
    }
}
