using OrleansUploads.Core.Accounts;
using OrleansUploads.Core.Refusals;
using OrleansUploads.Core.Vaults;
using OrleansUploads.Engine.Entities;
using OrleansUploads.Gateway.Glacier.Protocol;
using OrleansUploads.Gateway.Http.Fronts;

namespace OrleansUploads.Gateway.Glacier.Vaults;

/// <summary>CreateVault, DescribeVault, ListVaults, DeleteVault.</summary>
internal sealed class VaultOperations(IEntityHost host)
{
    /// <summary>Creates a vault. If it exists, it is left unchanged and the response is the same.</summary>
    public async ValueTask<FrontAnswer> CreateAsync(GlacierCall call)
    {
        await call.AskAsync(host, call.Account.Entity, new CreateVault(call.Vault));
        return EmptyAnswer.Created((GlacierHeaders.Location, call.Location("")));
    }

    /// <summary>Describes a vault.</summary>
    public async ValueTask<FrontAnswer> DescribeAsync(GlacierCall call)
    {
        var vault = await call.AskAsync(host, call.Vault.Entity, new DescribeVault(call.Vault));
        return new DocumentAnswer<VaultDocument>(VaultDocument.From(vault, call.Region), VaultJson.Documents.VaultDocument);
    }

    /// <summary>Lists the account's vaults by name. The marker is the ARN of the last vault of the page.</summary>
    public async ValueTask<FrontAnswer> ListAsync(GlacierCall call)
    {
        var page = PageRequest.Read(call.Query, PageRequest.MaxVaults);
        VaultName after = default;
        if (page.Marker is not null && !VaultArn.TryParseName(page.Marker, call.Region, call.Account, out after))
        {
            throw PageRequest.InvalidMarker(page.Marker);
        }

        var vaults = await call.AskAsync(host, call.Account.Entity, new ListVaults(after.ToString(), page.Limit));
        var documents = await DescribeAllAsync(call, vaults.Vaults);
        var marker = vaults.HasMore ? VaultArn.Format(call.Region, vaults.Vaults[^1]) : null;
        return new DocumentAnswer<VaultListDocument>(
            new VaultListDocument(marker, documents), VaultJson.Documents.VaultListDocument);
    }

    /// <summary>Deletes an empty vault.</summary>
    public async ValueTask<FrontAnswer> DeleteAsync(GlacierCall call)
    {
        var (deleted, isOfRepetition) = await host.AskTrackedAsync(call.Vault.Entity, new DeleteVault(call.Vault), call.Aborted);

        // The policy gate has found the vault before, so it was deleted meanwhile: by the first command, or by another client's.
        return deleted.Refusal is { } refusal && !(isOfRepetition && refusal is Refusal.VaultNotFound)
            ? throw call.Describe(refusal).AsException()
            : EmptyAnswer.NoContent();
    }

    /// <summary>Asks each vault for its description. Vaults that were deleted in the meantime are left out.</summary>
    private async ValueTask<List<VaultDocument>> DescribeAllAsync(GlacierCall call, IReadOnlyList<VaultId> vaults)
    {
        var asked = new Task<Outcome<VaultDescription>>[vaults.Count];
        for (var i = 0; i < asked.Length; i++)
        {
            asked[i] = host.AskAsync(vaults[i].Entity, new DescribeVault(vaults[i]), call.Aborted).AsTask();
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
