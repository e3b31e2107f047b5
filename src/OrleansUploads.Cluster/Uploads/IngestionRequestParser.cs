using OrleansUploads.Cluster.Abstractions.Uploads;
using OrleansUploads.Core.Parts;
using OrleansUploads.Core.Uploads;
using OrleansUploads.Core.Vaults;
using OrleansUploads.Hashing;

namespace OrleansUploads.Cluster.Uploads;

/// <summary>Validates the requests of ingestion nodes and converts them to commands. Every method returns a refusal if the request is
/// invalid, otherwise null.</summary>
internal static class IngestionRequestParser
{
    /// <summary>Converts the address of a vault.</summary>
    public static UploadRefusal? ParseVault(VaultAddress address, out VaultId vault)
    {
        vault = default;
        if (!AccountId.TryParse(address.Account, out var account))
        {
            return UploadRefusals.Invalid($"'{address.Account}' is not a valid account ID. Use 12 digits.");
        }

        if (!VaultName.TryParse(address.Vault, out var name))
        {
            return UploadRefusals.Invalid(
                $"'{address.Vault}' is not a valid vault name. Use 1 to 255 letters, digits, underscores, hyphens and periods.");
        }

        vault = new VaultId(account, name);
        return null;
    }

    /// <summary>Converts a request to initiate the upload with the ID <paramref name="key"/>.</summary>
    public static UploadRefusal? ParseInitiate(UploadRequest? request, string key, out OpenUpload? command)
    {
        command = null;
        if (request is null)
        {
            return UploadRefusals.Invalid("The request is null. State the properties of the upload.");
        }

        if (ParseVault(request.Vault, out var vault) is { } refusal)
        {
            return refusal;
        }

        if (!UploadId.TryParse(key, out var upload))
        {
            return UploadRefusals.Invalid($"'{key}' is not a valid upload ID. Create the grain's key with UploadKey.New().");
        }

        if (!PartSize.TryCreate(request.PartSizeBytes, out var size))
        {
            return UploadRefusals.Invalid(
                $"{request.PartSizeBytes} is not a valid part size. Use 1 MiB times a power of two, at most 4 GiB.");
        }

        if (!Description.TryParse(request.Description ?? "", out var description))
        {
            return UploadRefusals.Invalid("The description must have at most 1,024 characters, all of them printable ASCII.");
        }

        if (request.ByteStorage is not (UploadStorage.Gateway or UploadStorage.External))
        {
            return UploadRefusals.Invalid(
                $"Unknown storage {request.ByteStorage}. Use {UploadStorage.Gateway} or {UploadStorage.External}.");
        }

        command = new OpenUpload(
            vault, upload, size, description, UploadOrigin.Multipart, (ByteStorage)request.ByteStorage);
        return null;
    }

    /// <summary>Converts the report of a part.</summary>
    public static UploadRefusal? ParsePartReport(VaultId vault, PartReport report, out ReportExternalPart? command)
    {
        command = null;
        if (report.FirstByte < 0 || report.LastByte < report.FirstByte)
        {
            return UploadRefusals.Invalid(
                $"{report.FirstByte}-{report.LastByte} is not a valid range. The last byte must not be before the first.");
        }

        if (!TreeHash.TryParse(report.TreeHash, out var hash))
        {
            return UploadRefusals.Invalid($"'{report.TreeHash}' is not a valid tree hash. Use 64 hex digits.");
        }

        if (!PartLocation.TryParse(report.Location, out var location))
        {
            return UploadRefusals.Invalid(
                $"The location of part {report.FirstByte}-{report.LastByte} must have 1 to 1,024 printable ASCII characters.");
        }

        command = new ReportExternalPart(vault, new PartRange(report.FirstByte, report.LastByte), hash, location);
        return null;
    }

    /// <summary>Converts a request to complete the upload.</summary>
    public static UploadRefusal? ParseCompletion(CompletionRequest request, out CompleteUpload? command)
    {
        command = null;
        if (ParseVault(request.Vault, out var vault) is { } refusal)
        {
            return refusal;
        }

        if (request.SizeBytes < 1)
        {
            return UploadRefusals.Invalid($"{request.SizeBytes} is not a valid archive size. Use at least 1 byte.");
        }

        if (!TreeHash.TryParse(request.TreeHash, out var hash))
        {
            return UploadRefusals.Invalid($"'{request.TreeHash}' is not a valid tree hash. Use 64 hex digits.");
        }

        command = new CompleteUpload(vault, request.SizeBytes, hash);
        return null;
    }

    /// <summary>Converts a query for parts.</summary>
    public static UploadRefusal? ParsePartsQuery(PartsQuery query, out ListParts? command)
    {
        command = null;
        if (ParseVault(query.Vault, out var vault) is { } refusal)
        {
            return refusal;
        }

        if (query.FirstByte < 0 || query.Limit is < 1 or > 1000)
        {
            return UploadRefusals.Invalid(
                $"The query starts at byte {query.FirstByte} with the limit {query.Limit}. Use a start of at least 0 and a limit of 1 "
                + "to 1,000.");
        }

        command = new ListParts(vault, query.FirstByte, query.Limit);
        return null;
    }
}
