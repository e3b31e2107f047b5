using OrleansUploads.Core.Accounts;
using OrleansUploads.Core.Refusals;
using OrleansUploads.Core.Vaults;
using OrleansUploads.Engine.Entities;

namespace OrleansUploads.Gateway.Glacier;

internal static class VaultOperations
{
    /// <summary>Creates a vault. If it exists, it is left unchanged and the response is the same.</summary>
    public static async ValueTask<FrontAnswer> CreateAsync(GlacierCall call)
    {
        await call.AskAsync(call.Account.Entity, new CreateVault(call.Vault));
        return FrontAnswer.Created((GlacierHeaders.Location, call.Location("")));
    }

    public static async ValueTask<FrontAnswer> DescribeAsync(GlacierCall call)
    {
        var vault = await call.AskAsync(call.Vault.Entity, new DescribeVault(call.Vault));
        return GlacierJson.Answer(VaultDocument.From(vault, call.Region));
    }

    /// <summary>Lists the account's vaults by name. The marker is the ARN of the last vault of the page.</summary>
    public static async ValueTask<FrontAnswer> ListAsync(GlacierCall call)
    {
        var page = PageRequest.Read(call.Query, PageRequest.MaxVaults);
        VaultName after = default;
        if (page.Marker is not null && !VaultArn.TryParseName(page.Marker, call.Region, call.Account, out after))
        {
            throw PageRequest.InvalidMarker(page.Marker);
        }

        var vaults = await call.AskAsync(call.Account.Entity, new ListVaults(after.ToString(), page.Limit));
        var documents = await DescribeAllAsync(call, vaults.Vaults);
        var marker = vaults.HasMore ? VaultArn.Format(call.Region, vaults.Vaults[^1]) : null;
        return GlacierJson.Answer(new VaultListDocument(marker, documents));
    }

    public static async ValueTask<FrontAnswer> DeleteAsync(GlacierCall call)
    {
        var (deleted, isOfRepetition) = await call.Services.Host.AskTrackedAsync(
            call.Vault.Entity, new DeleteVault(call.Vault), call.Aborted);

        // The policy gate has found the vault before, so it was deleted meanwhile: by the first command, or by another client's.
        return deleted.Refusal is { } refusal && !(isOfRepetition && refusal is Refusal.VaultNotFound)
            ? throw call.ErrorOf(refusal)
            : FrontAnswer.NoContent();
    }

    /// <summary>Asks each vault for its description. Vaults that were deleted in the meantime are left out.</summary>
    private static async ValueTask<List<VaultDocument>> DescribeAllAsync(GlacierCall call, IReadOnlyList<VaultId> vaults)
    {
        var asked = new Task<Outcome<VaultDescription>>[vaults.Count];
        for (var i = 0; i < asked.Length; i++)
        {
            asked[i] = call.TryAskAsync(vaults[i].Entity, new DescribeVault(vaults[i])).AsTask();
        }

        var documents = new List<VaultDocument>(asked.Length);
        foreach (var described in await Task.WhenAll(asked))
        {
            if (described.TryGet(out var vault, out _))
            {
                documents.Add(VaultDocument.From(vault, call.Region));
            }
        }

        return documents;
    }
}

internal sealed record VaultDocument(
    DateTimeOffset CreationDate,
    DateTimeOffset? LastInventoryDate,
    long NumberOfArchives,
    long SizeInBytes,
    string VaultARN,
    string VaultName)
{
    public static VaultDocument From(VaultDescription vault, string region) => new(
        vault.CreatedAt,
        vault.LastInventoryAt,
        vault.Archives,
        vault.SizeBytes,
        VaultArn.Format(region, vault.Incarnation.Id),
        vault.Incarnation.Id.Name.ToString());
}

internal sealed record VaultListDocument(string? Marker, IReadOnlyList<VaultDocument> VaultList);
