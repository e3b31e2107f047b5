using System.Diagnostics.CodeAnalysis;
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
    public static bool TryRead(
        JobParameters parameters,
        JobOptions options,
        [NotNullWhen(true)] out JobRequest? request,
        [NotNullWhen(false)] out GlacierError? error)
    {
        request = null;
        InventoryFormat? format = parameters.Format switch
        {
            null or InventoryParametersDocument.Json => InventoryFormat.Json,
            InventoryParametersDocument.Csv => InventoryFormat.Csv,
            _ => null,
        };
        error = parameters switch
        {
            { ArchiveId: not null } =>
                GlacierError.Invalid("Invalid ArchiveId: a job of type 'inventory-retrieval' covers all archives."),
            { RetrievalByteRange: not null } => GlacierError.Invalid(
                "Invalid RetrievalByteRange: a job of type 'inventory-retrieval' does not have one. Request a Range of its output instead."),
            _ when format is null => GlacierError.Invalid(
                $"Invalid Format: {parameters.Format}. It must be 'JSON' or 'CSV'."),
            _ => null,
        };
        if (error is not null
            || !TryReadSelection(
                parameters.InventoryRetrievalParameters ?? new InventoryParameters(), out var selection, out error))
        {
            return false;
        }

        request = new InventoryRequest(selection, format.GetValueOrDefault(), options);
        return true;
    }

    private static bool TryReadSelection(
        InventoryParameters parameters,
        [NotNullWhen(true)] out InventorySelection? selection,
        [NotNullWhen(false)] out GlacierError? error)
    {
        selection = null;
        if (!TryReadDate("StartDate", parameters.StartDate, out var from, out error)
            || !TryReadDate("EndDate", parameters.EndDate, out var before, out error))
        {
            return false;
        }

        if (from > before)
        {
            error = GlacierError.Invalid(
                $"Invalid StartDate: {parameters.StartDate}. It must not be after the EndDate, {parameters.EndDate}.");
            return false;
        }

        long? limit = null;
        if (parameters.Limit is { } text)
        {
            if (!ProtocolNumber.TryParseLimit(text, out var number))
            {
                error = GlacierError.Invalid($"Invalid Limit: {text}. It must be a whole number of at least 1.");
                return false;
            }

            limit = number;
        }

        ArchiveId? after = null;
        if (!string.IsNullOrEmpty(parameters.Marker))
        {
            if (!ArchiveId.TryParse(parameters.Marker, out var last))
            {
                error = GlacierError.Invalid(
                    $"Invalid Marker: {parameters.Marker}. Send the Marker that DescribeJob returns for the previous finished job, "
                    + "or none.");
                return false;
            }

            after = last;
        }

        selection = new InventorySelection(new CreationWindow(from, before), limit, after);
        error = null;
        return true;
    }

    private static bool TryReadDate(
        string name, string? text, out DateTimeOffset? date, [NotNullWhen(false)] out GlacierError? error)
    {
        date = null;
        error = null;
        if (text is null)
        {
            return true;
        }

        if (!GlacierDate.TryParse(text, out var at))
        {
            error = GlacierError.Invalid($"Invalid {name}: {text}. The form is '2013-03-20T17:03:43Z', in UTC.");
            return false;
        }

        date = at;
        return true;
    }
}
