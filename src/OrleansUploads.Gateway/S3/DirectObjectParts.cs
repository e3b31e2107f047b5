using System.Text.Json;
using OrleansUploads.Core.Parts;
using OrleansUploads.Core.Uploads;
using OrleansUploads.Engine.Receiving;
using OrleansUploads.Gateway.Http.Bodies;
using OrleansUploads.Hashing;
using OrleansUploads.Hashing.Checksums;

namespace OrleansUploads.Gateway.S3;

/// <summary>Parts of objects that nodes write straight into the part store. Their ETags and checksums are the node's word.</summary>
internal static class DirectObjectParts
{
    /// <summary>Grants the writes of parts.</summary>
    public static async ValueTask<FrontAnswer> GrantAsync(S3Call call)
    {
        var (name, upload) = await call.RequireUploadAsync();
        var request = await RequestDocument.ReadAsync(call, Parse<NumbersToGrant>);
        Require(DirectWriteDocuments.FaultOfGrants(request.Parts.Count, request.AtMost));
        var candidates = request.Parts.Select(static part => new PlannedPart(part?.PartNumber ?? 0, RequireLength(part?.Length))).ToList();
        var granted = call.OrRefuse(
            await call.Paths.DirectIntake.GrantAsync(upload, name, candidates, request.AtMost, call.Aborted));
        return DirectWriteDocuments.Answer(
            new GrantList([.. granted.Writes.Select(static write => PartGrant.Of(write, range: null, write.Part.Number))]));
    }

    /// <summary>Takes the reports of parts. Each has its own answer, and repeating a report changes nothing.</summary>
    public static async ValueTask<FrontAnswer> ReportAsync(S3Call call)
    {
        var (name, upload) = await call.RequireUploadAsync();
        var request = await RequestDocument.ReadAsync(call, Parse<WrittenNumbers>);
        Require(DirectWriteDocuments.FaultOfReports(request.Parts.Count));
        var parts = request.Parts.Select(static part => PartOf(part ?? throw Invalid("parts", "null", "a part"))).ToList();
        var outcomes = await call.Paths.DirectIntake.ReportAsync(upload, name, parts, call.Exchange.Sender, call.Aborted);
        return DirectWriteDocuments.Answer(new VerdictList([.. parts.Zip(
            outcomes, (part, outcome) => PartVerdict.Of(call, outcome, range: null, part.Number))]));
    }

    private static NumberedPart PartOf(WrittenNumber part) => new(
        part.PartNumber,
        RequireLength(part.Length),
        Md5Digest.TryParse(part.Md5?.Trim('"') ?? "", out var md5) ? md5 : throw Invalid("md5", part.Md5, "32 hex digits"),
        TreeHash.TryParse(part.TreeHash, out var hash) ? hash : throw Invalid("treeHash", part.TreeHash, "64 hex digits"),
        AttemptId.TryParse(part.Attempt, out var attempt) ? attempt : throw Invalid("attempt", part.Attempt, "that of the grant"),
        ChecksumOf(part));

    private static Checksum? ChecksumOf(WrittenNumber part) =>
        part.ChecksumAlgorithm is null && part.Checksum is null ? null
        : ChecksumNames.TryParse(part.ChecksumAlgorithm, out var algorithm) && Checksum.TryParse(algorithm, part.Checksum ?? "", out var checksum)
            ? checksum
            : throw Invalid("checksum", part.Checksum, "base64, beside its checksumAlgorithm");

    private static T Parse<T>(ReceivedDocument document)
        where T : class
    {
        try
        {
            return DirectWriteDocuments.Read<T>(document.ToArray());
        }
        catch (JsonException malformed)
        {
            throw new S3Error(S3ErrorCode.InvalidRequest, $"The body is not the JSON object of this operation: {JsonFlaw.Describe(malformed)}.");
        }
    }

    private static void Require(string? fault)
    {
        if (fault is not null)
        {
            throw new S3Error(S3ErrorCode.InvalidRequest, fault);
        }
    }

    /// <summary>An empty part has no bytes to write.</summary>
    private static long RequireLength(long? lengthBytes) => lengthBytes is >= 1 and var known
        ? known
        : throw Invalid("length", lengthBytes?.ToString(CultureInfo.InvariantCulture), "at least 1; send an empty part to this server");

    private static S3Error Invalid(string name, string? value, string rule) =>
        S3Error.InvalidArgument(name, value ?? "", $"Invalid {name}: '{value}'. It must be {rule}.");
}
