using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using OrleansUploads.Core;
using OrleansUploads.Core.Jobs;
using OrleansUploads.Gateway.Glacier.Documents;
using OrleansUploads.Gateway.Glacier.Errors;

namespace OrleansUploads.Gateway.Glacier.Jobs;

/// <summary>What the body of InitiateJob asks for, checked.</summary>
/// <param name="Wish">What the caller says about the job.</param>
internal abstract record JobOrder(JobWish Wish)
{
    private const string ArchiveRetrieval = "archive-retrieval";
    private const string InventoryRetrieval = "inventory-retrieval";
    private const string Types = $"'{ArchiveRetrieval}' or '{InventoryRetrieval}'";

    /// <summary>Reads the body.</summary>
    public static bool TryRead(
        ReadOnlyMemory<byte> body,
        [NotNullWhen(true)] out JobOrder? order,
        [NotNullWhen(false)] out GlacierError? error)
    {
        order = null;
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
                return TryReadWish(parameters, out var wish, out error)
                    && RetrievalOrder.TryRead(parameters, wish, out order, out error);
            case InventoryRetrieval:
                return TryReadWish(parameters, out wish, out error)
                    && InventoryOrder.TryRead(parameters, wish, out order, out error);
            case "select":
                error = GlacierError.Invalid($"Invalid Type: select. Select is retired; it must be {Types}.");
                return false;
            default:
                error = GlacierError.Invalid($"Invalid Type: {parameters.Type}. It must be {Types}.");
                return false;
        }
    }

    /// <summary>The archive that a body names, whatever else is wrong with it; null where it names none.</summary>
    public static string? FindArchiveId(ReadOnlyMemory<byte> body) =>
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
                : JsonSerializer.Deserialize(body.Span, GlacierJson.Documents.JobParameters);
            error = parameters is null ? GlacierError.Missing("Job Parameters") : null;
        }
        catch (JsonException malformed)
        {
            error = GlacierError.NotReadable("a job", malformed);
        }

        return error is null && parameters is not null;
    }

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
