using OrleansUploads.Core.Policies;
using OrleansUploads.Core.Vaults;
using OrleansUploads.Engine.Entities;
using OrleansUploads.Gateway.Glacier.Answers;
using OrleansUploads.Gateway.Glacier.Documents;

namespace OrleansUploads.Gateway.Glacier.Policies;

/// <summary>SetVaultAccessPolicy, GetVaultAccessPolicy, DeleteVaultAccessPolicy.</summary>
internal sealed class AccessPolicyOperations(IEntityHost host)
{
    /// <summary>Sets the policy, in the place of the one before.</summary>
    public async ValueTask<GlacierAnswer> SetAsync(GlacierCall call)
    {
        if (!PolicyBody.TryRead(call, PolicyKind.Access, out var policy, out var error))
        {
            return error;
        }

        var set = await host.AskAsync(call.Vault.Entity, new SetAccessPolicy(call.Vault, policy), call.Aborted);
        return set.Refusal is { } refusal ? call.Refuse(refusal) : EmptyAnswer.NoContent();
    }

    /// <summary>Shows the policy exactly as it was sent.</summary>
    public async ValueTask<GlacierAnswer> GetAsync(GlacierCall call)
    {
        var found = await host.AskAsync(call.Vault.Entity, new FindAccessPolicy(call.Vault), call.Aborted);
        return found.TryGet(out var policy, out var refusal)
            ? new DocumentAnswer<AccessPolicyDocument>(
                new AccessPolicyDocument(policy.Text), GlacierJson.Documents.AccessPolicyDocument)
            : call.Refuse(refusal);
    }

    /// <summary>Deletes the policy; that there is none is no error.</summary>
    public async ValueTask<GlacierAnswer> DeleteAsync(GlacierCall call)
    {
        var deleted = await host.AskAsync(call.Vault.Entity, new DeleteAccessPolicy(call.Vault), call.Aborted);
        return deleted.Refusal is { } refusal ? call.Refuse(refusal) : EmptyAnswer.NoContent();
    }
}
