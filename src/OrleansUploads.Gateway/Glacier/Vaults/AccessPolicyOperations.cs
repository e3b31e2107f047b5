using OrleansUploads.Core.Policies;
using OrleansUploads.Core.Vaults;
using OrleansUploads.Engine.Entities;
using OrleansUploads.Gateway.Glacier.Protocol;
using OrleansUploads.Gateway.Http.Fronts;

namespace OrleansUploads.Gateway.Glacier.Vaults;

/// <summary>SetVaultAccessPolicy, GetVaultAccessPolicy, DeleteVaultAccessPolicy.</summary>
internal sealed class AccessPolicyOperations(IEntityHost host)
{
    /// <summary>Sets the policy and replaces the previous one.</summary>
    public async ValueTask<FrontAnswer> SetPolicyAsync(GlacierCall call)
    {
        var policy = PolicyBody.Read(call, PolicyKind.Access);
        await call.AskAsync(host, call.Vault.Entity, new SetAccessPolicy(call.Vault, policy));
        return EmptyAnswer.NoContent();
    }

    /// <summary>Returns the policy exactly as it was sent.</summary>
    public async ValueTask<FrontAnswer> GetPolicyAsync(GlacierCall call)
    {
        var policy = await call.AskAsync(host, call.Vault.Entity, new FindAccessPolicy(call.Vault));
        return new DocumentAnswer<AccessPolicyDocument>(
            new AccessPolicyDocument(policy.Text), PolicyJson.Documents.AccessPolicyDocument);
    }

    /// <summary>Deletes the policy. It is not an error if the vault has none.</summary>
    public async ValueTask<FrontAnswer> DeletePolicyAsync(GlacierCall call)
    {
        await call.AskAsync(host, call.Vault.Entity, new DeleteAccessPolicy(call.Vault));
        return EmptyAnswer.NoContent();
    }
}
