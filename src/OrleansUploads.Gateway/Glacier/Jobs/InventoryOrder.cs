using System.Diagnostics.CodeAnalysis;
using OrleansUploads.Core.Archives;
using OrleansUploads.Core.Jobs;
using OrleansUploads.Gateway.Glacier.Documents;
using OrleansUploads.Gateway.Glacier.Errors;
using OrleansUploads.Gateway.Glacier.Requests;

namespace OrleansUploads.Gateway.Glacier.Jobs;

/// <summary>An inventory is wanted.</summary>
/// <param name="Selection">Which archives of it.</param>
/// <param name="Format">How they are written.</param>
/// <param name="Wish">What the caller says about the job.</param>
internal sealed record InventoryOrder(InventorySelection Selection, InventoryFormat Format, JobWish Wish) : JobOrder(Wish)
{
    /// <summary>Reads the parameters that this kind of job has.</summary>
    public static bool TryRead(
        JobParameters parameters,
        JobWish wish,
        [NotNullWhen(true)] out JobOrder? order,
        [NotNullWhen(false)] out GlacierError? error)
    {
        order = null;
        InventoryFormat? format = parameters.Format switch
        {
            null or InventoryParametersDocument.Json => InventoryFormat.Json,
            InventoryParametersDocument.Csv => InventoryFormat.Csv,
            _ => null,
        };
        error = parameters switch
        {
            { ArchiveId: not null } =>
                GlacierError.Invalid("Invalid ArchiveId: a job of the type 'inventory-retrieval' is about all archives."),
            { RetrievalByteRange: not null } => GlacierError.Invalid(
                "Invalid RetrievalByteRange: a job of the type 'inventory-retrieval' has none. Read its output with a Range."),
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

        order = new InventoryOrder(selection, format.GetValueOrDefault(), wish);
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
            if (!Digits.TryReadLimit(text, out var number))
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
                    $"Invalid Marker: {parameters.Marker}. Send the one that DescribeJob shows for the finished job before, "
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
