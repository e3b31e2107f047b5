using OrleansUploads.Core.Archives;
using OrleansUploads.Core.Jobs;
using OrleansUploads.Gateway.Glacier.Protocol;

namespace OrleansUploads.Gateway.Glacier.Jobs;

/// <summary>A request for an inventory.</summary>
/// <param name="Selection">The archives to include.</param>
/// <param name="Format">The format of the inventory.</param>
/// <param name="Options">Description, topic and tier.</param>
internal sealed record InventoryRequest(InventorySelection Selection, InventoryFormat Format, JobOptions Options) : JobRequest(Options)
{
    /// <summary>Reads the parameters of an inventory job.</summary>
    public static InventoryRequest Read(JobParameters parameters, JobOptions options)
    {
        if (parameters.ArchiveId is not null)
        {
            throw GlacierError.Invalid(
                "Invalid ArchiveId: a job of type 'inventory-retrieval' covers all archives.").AsException();
        }

        if (parameters.RetrievalByteRange is not null)
        {
            throw GlacierError.Invalid(
                "Invalid RetrievalByteRange: a job of type 'inventory-retrieval' does not have one. Request a Range of its output instead.")
                .AsException();
        }

        var format = parameters.Format switch
        {
            null or InventoryParametersDocument.Json => InventoryFormat.Json,
            InventoryParametersDocument.Csv => InventoryFormat.Csv,
            var text => throw GlacierError.Invalid($"Invalid Format: {text}. It must be 'JSON' or 'CSV'.").AsException(),
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
                $"Invalid StartDate: {parameters.StartDate}. It must not be after the EndDate, {parameters.EndDate}.").AsException();
        }

        long? limit = parameters.Limit is not { } text ? null
            : ProtocolNumber.TryParseLimit(text, out var number) ? number
            : throw GlacierError.Invalid($"Invalid Limit: {text}. It must be a whole number of at least 1.").AsException();
        ArchiveId? after = string.IsNullOrEmpty(parameters.Marker) ? null
            : ArchiveId.TryParse(parameters.Marker, out var last) ? last
            : throw GlacierError.Invalid(
                $"Invalid Marker: {parameters.Marker}. Send the Marker that DescribeJob returns for the previous finished job, "
                + "or none.").AsException();
        return new InventorySelection(new CreationWindow(from, before), limit, after);
    }

    private static DateTimeOffset? ReadDate(string name, string? text) => text is null ? null
        : GlacierDate.TryParse(text, out var at) ? at
        : throw GlacierError.Invalid($"Invalid {name}: {text}. The form is '2013-03-20T17:03:43Z', in UTC.").AsException();
}
