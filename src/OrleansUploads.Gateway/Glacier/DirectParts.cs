using System.Text.Json;
using OrleansUploads.Core.Parts;
using OrleansUploads.Engine.Receiving;
using OrleansUploads.Hashing;

namespace OrleansUploads.Gateway.Glacier;

/// <summary>Parts of archives that nodes write straight into the part store.</summary>
internal static class DirectParts
{
    /// <summary>Grants the writes of parts.</summary>
    public static async ValueTask<FrontAnswer> GrantAsync(GlacierCall call)
    {
        var upload = MultipartOperations.IdOf(call);
        var request = Read<RangesToGrant>(call, "grants");
        Require(DirectWriteDocuments.FaultOfGrants(request.Parts.Count, request.AtMost));
        var granted = call.OrRefuse(await call.Paths.DirectIntake.GrantAsync(
            upload, call.Incarnation, [.. request.Parts.Select(RangeOf)], request.AtMost, call.Aborted));
        return DirectWriteDocuments.Answer(
            new GrantList([.. granted.Writes.Select(static write => PartGrant.Of(write, write.Part.ToString(), number: null))]));
    }

    /// <summary>Takes the reports of parts. Each has its own answer, and repeating a report changes nothing.</summary>
    public static async ValueTask<FrontAnswer> ReportAsync(GlacierCall call)
    {
        var upload = MultipartOperations.IdOf(call);
        var request = Read<WrittenRanges>(call, "reports");
        Require(DirectWriteDocuments.FaultOfReports(request.Parts.Count));
        var written = request.Parts.Select(static part => new ReportedWrite(
            RangeOf(part?.Range),
            TreeHash.TryParse(part?.TreeHash, out var hash)
                ? hash
                : throw GlacierError.Invalid($"Invalid treeHash: {part?.TreeHash}. It must be 64 hex digits."),
            AttemptId.TryParse(part?.Attempt, out var attempt)
                ? attempt
                : throw GlacierError.Invalid($"Invalid attempt: {part?.Attempt}. It must be that of the grant."))).ToList();
        var outcomes = await call.Paths.DirectIntake.ReportAsync(upload, call.Incarnation, written, call.Sender, call.Aborted);
        return DirectWriteDocuments.Answer(new VerdictList([.. written.Zip(
            outcomes, (part, outcome) => PartVerdict.Of(call, outcome, part.Range.ToString(), number: null))]));
    }

    private static T Read<T>(GlacierCall call, string name)
        where T : class
    {
        try
        {
            return DirectWriteDocuments.Read<T>(call.Document.Span);
        }
        catch (JsonException malformed)
        {
            throw GlacierError.NotReadable(name, malformed);
        }
    }

    private static void Require(string? fault)
    {
        if (fault is not null)
        {
            throw GlacierError.Invalid(fault);
        }
    }

    private static PartRange RangeOf(string? text) => PartRange.TryParse(text, out var range)
        ? range
        : throw GlacierError.Invalid($"Invalid range: {text}. The form is 'first-last'.");
}
