using System.Text.Json;
using OrleansUploads.Core.Archives;
using OrleansUploads.Core.Jobs;
using OrleansUploads.Core.Parts;

namespace OrleansUploads.Gateway.Glacier;

/// <summary>The checked request of InitiateJob.</summary>
internal abstract record JobRequest(JobOptions Options)
{
    private const string ArchiveRetrieval = "archive-retrieval";
    private const string InventoryRetrieval = "inventory-retrieval";
    private const string Types = $"'{ArchiveRetrieval}' or '{InventoryRetrieval}'";

    public static JobRequest Read(ReadOnlyMemory<byte> body)
    {
        var parameters = GlacierJson.Read<JobParameters>(body, "a job", missing: "Job Parameters");
        return parameters.Type switch
        {
            null => throw GlacierError.Missing("type"),
            ArchiveRetrieval => RetrievalRequest.Read(parameters, ReadOptions(parameters)),
            InventoryRetrieval => InventoryRequest.Read(parameters, ReadOptions(parameters)),
            "select" => throw GlacierError.Invalid(
                $"Invalid Type: select. Select jobs are no longer supported; use {Types}."),
            var type => throw GlacierError.Invalid($"Invalid Type: {type}. It must be {Types}."),
        };
    }

    /// <summary>Reads the archive ID of a request, even if the rest of the body is wrong. Null if the body has no archive ID.</summary>
    public static string? ReadArchiveId(ReadOnlyMemory<byte> body)
    {
        try
        {
            return GlacierJson.TryRead<JobParameters>(body)?.ArchiveId;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static JobOptions ReadOptions(JobParameters parameters)
    {
        var tier = parameters.Tier is not { } name ? RetrievalTier.Standard
            : RetrievalTierNames.TryParse(name, out var named) ? named
            : throw GlacierError.Invalid($"Invalid Tier: {name}. It must be 'Expedited', 'Standard' or 'Bulk'.");
        if (!Description.TryParse(parameters.Description, out var description))
        {
            throw GlacierError.Invalid(
                $"Invalid Description. It has at most {Limits.MaxDescriptionChars} characters of printable ASCII (0x20 to "
                + "0x7E).");
        }

        // Some clients send an empty topic for none.
        return new JobOptions(description, string.IsNullOrEmpty(parameters.SNSTopic) ? null : TopicArn.Require(parameters.SNSTopic), tier);
    }
}

internal sealed record RetrievalRequest(ArchiveId Archive, PartRange? Range, JobOptions Options) : JobRequest(Options)
{
    /// <summary>Reads the parameters of an archive retrieval. Parameters of other types are ignored, because some clients always
    /// send <c>Format</c>.</summary>
    public static RetrievalRequest Read(JobParameters parameters, JobOptions options)
    {
        var id = parameters.ArchiveId ?? throw GlacierError.Missing("ArchiveId");
        PartRange? requested = parameters.RetrievalByteRange is not { } text ? null
            : PartRange.TryParse(text, out var range) ? range
            : throw GlacierError.Invalid($"Invalid RetrievalByteRange: {text}. The form is 'first-last'.");
        return ArchiveId.TryParse(id, out var archive)
            ? new RetrievalRequest(archive, requested, options)
            : throw GlacierError.ArchiveNotFound(id);
    }
}

internal sealed record InventoryRequest(InventorySelection Selection, InventoryFormat Format, JobOptions Options) : JobRequest(Options)
{
    public static InventoryRequest Read(JobParameters parameters, JobOptions options)
    {
        if (parameters.ArchiveId is not null)
        {
            throw GlacierError.Invalid(
                "Invalid ArchiveId: a job of type 'inventory-retrieval' covers all archives.");
        }

        if (parameters.RetrievalByteRange is not null)
        {
            throw GlacierError.Invalid(
                "Invalid RetrievalByteRange: a job of type 'inventory-retrieval' does not have one. Request a Range of its output instead.");
        }

        var format = parameters.Format switch
        {
            null or InventoryParametersDocument.Json => InventoryFormat.Json,
            InventoryParametersDocument.Csv => InventoryFormat.Csv,
            var text => throw GlacierError.Invalid($"Invalid Format: {text}. It must be 'JSON' or 'CSV'."),
        };
        return new InventoryRequest(
            ReadSelection(parameters.InventoryRetrievalParameters ?? new InventoryParameters()), format, options);
    }

    private static InventorySelection ReadSelection(InventoryParameters parameters)
    {
        var from = ReadDate("StartDate", parameters.StartDate);
        var before = ReadDate("EndDate", parameters.EndDate);
        if (from > before)
        {
            throw GlacierError.Invalid(
                $"Invalid StartDate: {parameters.StartDate}. It must not be after the EndDate, {parameters.EndDate}.");
        }

        long? limit = parameters.Limit is not { } text ? null
            : ProtocolNumber.TryParseLimit(text, out var number) ? number
            : throw GlacierError.Invalid($"Invalid Limit: {text}. It must be a whole number of at least 1.");
        ArchiveId? after = string.IsNullOrEmpty(parameters.Marker) ? null
            : ArchiveId.TryParse(parameters.Marker, out var last) ? last
            : throw GlacierError.Invalid(
                $"Invalid Marker: {parameters.Marker}. Send the Marker that DescribeJob returns for the previous finished job, "
                + "or none.");
        return new InventorySelection(new CreationWindow(from, before), limit, after);
    }

    private static DateTimeOffset? ReadDate(string name, string? text) => text is null ? null
        : GlacierDate.TryParse(text, out var at) ? at
        : throw GlacierError.Invalid($"Invalid {name}: {text}. The form is '2013-03-20T17:03:43Z', or '2013-03-20T18:03:43+01:00' with an offset.");
}
