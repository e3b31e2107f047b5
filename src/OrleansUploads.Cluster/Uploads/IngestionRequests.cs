using OrleansUploads.Cluster.Abstractions.Uploads;
using OrleansUploads.Core.Parts;
using OrleansUploads.Core.Uploads;
using OrleansUploads.Engine.Receiving;
using OrleansUploads.Hashing;

namespace OrleansUploads.Cluster.Uploads;

/// <summary>Every method throws a <see cref="RefusedRequestException"/> if the request is invalid.</summary>
internal static class IngestionRequests
{
    public static VaultId ToVault(this VaultAddress address) => new(
        AccountId.TryParse(address.Account, out var account)
            ? account
            : throw Invalid($"'{address.Account}' is not a valid account ID. Use 12 digits."),
        VaultName.TryParse(address.Vault, out var name)
            ? name
            : throw Invalid($"'{address.Vault}' is not a valid vault name. Use 1 to 255 letters, digits, underscores, hyphens and periods."));

    /// <summary>Converts a request to initiate the upload with the ID <paramref name="key"/>.</summary>
    public static ArchiveUploadSpec ToSpec(this UploadRequest request, string key, VaultIncarnation vault, DateTimeOffset now) =>
        new(
            UploadId.TryParse(key, out var upload)
                ? upload
                : throw Invalid($"'{key}' is not a valid upload ID. Create the grain's key with UploadKey.New()."),
            vault,
            PartSize.TryCreate(request.PartSizeBytes, out var size)
                ? size
                : throw Invalid($"{request.PartSizeBytes} is not a valid part size. Use 1 MiB times a power of two, at most 4 GiB."),
            Description.TryParse(request.Description ?? "", out var description)
                ? description
                : throw Invalid("The description must have at most 1,024 characters, all of them printable ASCII."),
            UploadOrigin.Multipart,
            now,
            request.ByteStorage is UploadStorage.Gateway or UploadStorage.External
                ? (ByteStorage)request.ByteStorage
                : throw Invalid($"Unknown storage {request.ByteStorage}. Use {UploadStorage.Gateway} or {UploadStorage.External}."));

    public static ReportExternalPart ToCommand(this PartReport report, VaultIncarnation vault) => new(
        vault,
        ToRange(report.FirstByte, report.LastByte),
        ToTreeHash(report.TreeHash),
        PartLocation.TryParse(report.Location, out var location)
            ? location
            : throw Invalid(
                $"The location of part {report.FirstByte}-{report.LastByte} must have 1 to 1,024 printable ASCII characters."));

    public static CompleteUpload ToCommand(this CompletionRequest request, VaultIncarnation vault) => new(
        vault,
        request.SizeBytes >= 1
            ? request.SizeBytes
            : throw Invalid($"{request.SizeBytes} is not a valid archive size. Use at least 1 byte."),
        ToTreeHash(request.TreeHash));

    public static ListParts ToCommand(this PartsQuery query, VaultIncarnation vault) =>
        query is { FirstByte: >= 0, Limit: >= 1 and <= 1000 }
            ? new ListParts(vault, query.FirstByte, query.Limit)
            : throw Invalid(
                $"The query starts at byte {query.FirstByte} with the limit {query.Limit}. Use a start of at least 0 and a limit of 1 "
                + "to 1,000.");

    public static RefusedRequestException NoRequest() => Invalid("The request is null. State the properties of the upload.");

    public static PartRange ToRange(this WantedPart part) => ToRange(part.FirstByte, part.LastByte);

    public static ReportedWrite ToReport(this WrittenPart part) => new(
        ToRange(part.FirstByte, part.LastByte),
        ToTreeHash(part.TreeHash),
        AttemptId.TryParse(part.Attempt, out var attempt)
            ? attempt
            : throw Invalid($"'{part.Attempt}' is not the name of an attempt. Use that of the grant."));

    private static TreeHash ToTreeHash(string text) => TreeHash.TryParse(text, out var hash)
        ? hash
        : throw Invalid($"'{text}' is not a valid tree hash. Use 64 hex digits.");

    private static PartRange ToRange(long firstByte, long lastByte) => firstByte >= 0 && lastByte >= firstByte && lastByte < long.MaxValue
        ? new PartRange(firstByte, lastByte)
        : throw Invalid($"{firstByte}-{lastByte} is not a valid range. The last byte must not be before the first.");

    private static RefusedRequestException Invalid(string message) => new(UploadRefusals.Invalid(message));
}

/// <summary>Ends a call of an ingestion node whose request is refused before any entity has seen it. It never leaves the grain.</summary>
internal sealed class RefusedRequestException(UploadRefusal refusal) : Exception(refusal.Message)
{
    public UploadRefusal Refusal => refusal;
}
