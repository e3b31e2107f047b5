using OrleansUploads.Core.Policies;
using OrleansUploads.Core.Vaults;
using OrleansUploads.Engine;
using OrleansUploads.Engine.Entities;
using OrleansUploads.Gateway.Glacier.Protocol;
using OrleansUploads.Gateway.Http.Fronts;

namespace OrleansUploads.Gateway.Glacier.Vaults;

/// <summary>The operations on the access policy of a vault and on its lock.</summary>
internal sealed class PolicyOperations(IEntityHost host, IdSource ids)
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
            new AccessPolicyDocument(policy.Text), VaultJson.Documents.AccessPolicyDocument);
    }

    /// <summary>Deletes the policy. It is not an error if the vault has none.</summary>
    public async ValueTask<FrontAnswer> DeletePolicyAsync(GlacierCall call)
    {
        await call.AskAsync(host, call.Vault.Entity, new DeleteAccessPolicy(call.Vault));
        return EmptyAnswer.NoContent();
    }

    /// <summary>Puts a lock policy into effect. The lock has to be completed within 24 hours.</summary>
    public async ValueTask<FrontAnswer> InitiateLockAsync(GlacierCall call)
    {
        var policy = PolicyBody.Read(call, PolicyKind.Lock);
        var held = await call.AskAsync(host, call.Vault.Entity, new InitiateLock(call.Vault, ids.NewLock(), policy));
        return EmptyAnswer.Created((GlacierHeaders.LockId, held.Lock.ToString()));
    }

    /// <summary>Returns the lock and its policy.</summary>
    public async ValueTask<FrontAnswer> GetLockAsync(GlacierCall call)
    {
        var held = await call.AskAsync(host, call.Vault.Entity, new FindLock(call.Vault));
        return new DocumentAnswer<LockDocument>(LockDocument.From(held), VaultJson.Documents.LockDocument);
    }

    /// <summary>Locks the vault permanently. A malformed ID gets the same error as any other wrong ID.</summary>
    public async ValueTask<FrontAnswer> CompleteLockAsync(GlacierCall call)
    {
        var id = LockId.TryParse(call.Id, out var parsed) ? parsed : default;
        await call.AskAsync(host, call.Vault.Entity, new CompleteLock(call.Vault, id));
        return EmptyAnswer.NoContent();
    }

    /// <summary>Aborts the lock in progress. It is not an error if the vault has none.</summary>
    public async ValueTask<FrontAnswer> AbortLockAsync(GlacierCall call)
    {
        await call.AskAsync(host, call.Vault.Entity, new AbortLock(call.Vault));
        return EmptyAnswer.NoContent();
    }
}
