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
    public static JobRequest Read(ReadOnlyMemory<byte> body)
    {
        var parameters = JsonBody.Read(body, JobJson.Documents.JobParameters, "a job", missing: "Job Parameters");
        return parameters.Type switch
        {
            null => throw GlacierError.Missing("type").AsException(),
            ArchiveRetrieval => RetrievalRequest.Read(parameters, ReadOptions(parameters)),
            InventoryRetrieval => InventoryRequest.Read(parameters, ReadOptions(parameters)),
            "select" => throw GlacierError.Invalid(
                $"Invalid Type: select. Select jobs are no longer supported; use {Types}.").AsException(),
            var type => throw GlacierError.Invalid($"Invalid Type: {type}. It must be {Types}.").AsException(),
        };
    }

    /// <summary>The archive ID in a body, even if other parts of the body are wrong, or null.</summary>
    public static string? ReadArchiveId(ReadOnlyMemory<byte> body)
    {
        try
        {
            return body.IsEmpty ? null : JsonSerializer.Deserialize(body.Span, JobJson.Documents.JobParameters)?.ArchiveId;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static JobOptions ReadOptions(JobParameters parameters)
    {
        var tier = parameters.Tier switch
        {
            null or "Standard" => RetrievalTier.Standard,
            "Expedited" => RetrievalTier.Expedited,
            "Bulk" => RetrievalTier.Bulk,
            var text => throw GlacierError.Invalid($"Invalid Tier: {text}. It must be 'Expedited', 'Standard' or 'Bulk'.").AsException(),
        };
        if (!Description.TryParse(parameters.Description, out var description))
        {
            throw GlacierError.Invalid(
                $"Invalid Description. It has at most {Limits.MaxDescriptionChars} characters of printable ASCII (0x20 to "
                + "0x7E).").AsException();
        }

        if (parameters.SNSTopic is { Length: > Limits.MaxTopicChars } topic)
        {
            throw GlacierError.Invalid(
                $"Invalid SNSTopic. It has {topic.Length} characters, and at most {Limits.MaxTopicChars} are allowed.").AsException();
        }

        return new JobOptions(description, parameters.SNSTopic, tier);
    }
}
