using OrleansUploads.Cluster.Abstractions.Uploads;
using OrleansUploads.Core;
using OrleansUploads.Core.Accounts;
using OrleansUploads.Core.Hashing;
using OrleansUploads.Core.Parts;
using OrleansUploads.Core.Uploads;
using OrleansUploads.Core.Vaults;

namespace OrleansUploads.Cluster.Uploads;

/// <summary>Reads what ingestion nodes send, into values that are what they have to be.</summary>
internal static class UploadTexts
{
    /// <summary>Reads a vault's address.</summary>
    public static UploadRefusal? Read(VaultAddress address, out VaultId vault)
    {
        vault = default;
        if (!AccountId.TryParse(address.Account, out var account))
        {
            return UploadRefusals.Invalid($"'{address.Account}' is no account: that is 12 digits.");
        }

        if (!VaultName.TryParse(address.Vault, out var name))
        {
            return UploadRefusals.Invalid($"'{address.Vault}' is no vault name: that is 1 to 255 of a-z A-Z 0-9 _ - and the full stop.");
        }

        vault = new VaultId(account, name);
        return null;
    }

    /// <summary>Reads an order, for the upload with an ID.</summary>
    public static UploadRefusal? Read(UploadOrder order, string key, out OpenUpload? command)
    {
        command = null;
        if (Read(order.Vault, out var vault) is { } wrong)
        {
            return wrong;
        }

        if (!UploadId.TryParse(key, out var upload))
        {
            return UploadRefusals.Invalid($"'{key}' is no upload ID. Take the grain's key from UploadKey.New().");
        }

        if (!PartSize.TryCreate(order.PartSizeBytes, out var size))
        {
            return UploadRefusals.Invalid(
                $"{order.PartSizeBytes} is no part size: that is 1 MiB times a power of two, at most 4 GiB.");
        }

        if (!Description.TryParse(order.Description ?? "", out var description))
        {
            return UploadRefusals.Invalid("The description is longer than 1,024 characters, or not printable ASCII.");
        }

        if (order.Custody is not (ByteCustody.Gateway or ByteCustody.Elsewhere))
        {
            return UploadRefusals.Invalid($"{order.Custody} is no custody.");
        }

        command = new OpenUpload(
            vault, upload, size, description, UploadOrigin.Multipart, (Custody)order.Custody);
        return null;
    }

    /// <summary>Reads a report.</summary>
    public static UploadRefusal? Read(VaultId vault, PartReport report, out StoreLocatedPart? command)
    {
        command = null;
        if (report.FirstByte < 0 || report.LastByte < report.FirstByte)
        {
            return UploadRefusals.Invalid($"{report.FirstByte}-{report.LastByte} is no range of bytes.");
        }

        if (!TreeHash.TryParse(report.TreeHash, out var hash))
        {
            return UploadRefusals.Invalid($"'{report.TreeHash}' is no tree hash: that is 64 hex digits.");
        }

        if (!PartLocation.TryParse(report.Location, out var location))
        {
            return UploadRefusals.Invalid("A location is 1 to 1,024 printable ASCII characters.");
        }

        command = new StoreLocatedPart(vault, new PartRange(report.FirstByte, report.LastByte), hash, location);
        return null;
    }

    /// <summary>Reads a claim.</summary>
    public static UploadRefusal? Read(CompletionClaim claim, out CompleteUpload? command)
    {
        command = null;
        if (Read(claim.Vault, out var vault) is { } wrong)
        {
            return wrong;
        }

        if (claim.SizeBytes < 1)
        {
            return UploadRefusals.Invalid($"{claim.SizeBytes} is no size of an archive.");
        }

        if (!TreeHash.TryParse(claim.TreeHash, out var hash))
        {
            return UploadRefusals.Invalid($"'{claim.TreeHash}' is no tree hash: that is 64 hex digits.");
        }

        command = new CompleteUpload(vault, claim.SizeBytes, hash);
        return null;
    }

    /// <summary>Reads a query.</summary>
    public static UploadRefusal? Read(PartsQuery query, out ListParts? command)
    {
        command = null;
        if (Read(query.Vault, out var vault) is { } wrong)
        {
            return wrong;
        }

        if (query.FirstByte < 0 || query.Limit is < 1 or > 1000)
        {
            return UploadRefusals.Invalid("A query begins at byte 0 or later, and its limit is 1 to 1,000.");
        }

        command = new ListParts(vault, query.FirstByte, query.Limit);
        return null;
    }
}
