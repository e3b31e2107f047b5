using OrleansUploads.Core.Policies;
using OrleansUploads.Core.Vaults;
using OrleansUploads.Engine.Entities;
using OrleansUploads.Gateway.Glacier.Protocol;

namespace OrleansUploads.Gateway.Glacier.Vaults;

/// <summary>SetVaultAccessPolicy, GetVaultAccessPolicy, DeleteVaultAccessPolicy.</summary>
internal sealed class AccessPolicyOperations(IEntityHost host)
{
    /// <summary>Sets the policy and replaces the previous one.</summary>
    public async ValueTask<GlacierAnswer> SetPolicyAsync(GlacierCall call)
    {
        if (!PolicyBody.TryRead(call, PolicyKind.Access, out var policy, out var error))
        {
            return error;
        }

        var set = await host.AskAsync(call.Vault.Entity, new SetAccessPolicy(call.Vault, policy), call.Aborted);
        return set.Refusal is { } refusal ? call.Refuse(refusal) : EmptyAnswer.NoContent();
    }

    /// <summary>Returns the policy exactly as it was sent.</summary>
    public async ValueTask<GlacierAnswer> GetPolicyAsync(GlacierCall call)
    {
        var found = await host.AskAsync(call.Vault.Entity, new FindAccessPolicy(call.Vault), call.Aborted);
        return found.TryGet(out var policy, out var refusal)
            ? new DocumentAnswer<AccessPolicyDocument>(
                new AccessPolicyDocument(policy.Text), PolicyJson.Documents.AccessPolicyDocument)
            : call.Refuse(refusal);
    }

    /// <summary>Deletes the policy. It is not an error if the vault has none.</summary>
    public async ValueTask<GlacierAnswer> DeletePolicyAsync(GlacierCall call)
    {
        var deleted = await host.AskAsync(call.Vault.Entity, new DeleteAccessPolicy(call.Vault), call.Aborted);
        return deleted.Refusal is { } refusal ? call.Refuse(refusal) : EmptyAnswer.NoContent();
    }
}
