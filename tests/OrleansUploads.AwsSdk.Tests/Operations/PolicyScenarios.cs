using System.Net;
using Amazon.Glacier;
using Amazon.Glacier.Model;
using OrleansUploads.AwsSdk.Tests.Harness;

namespace OrleansUploads.AwsSdk.Tests.Operations;

/// <summary>The access policy and the lock of a vault.</summary>
internal static class PolicyScenarios
{
    private const string DenyDeletion =
        """{"Version":"2012-10-17","Statement":[{"Sid":"keep","Effect":"Deny","Principal":"*","Action":"glacier:DeleteArchive","Resource":"*"}]}""";

    public static IReadOnlyDictionary<string, Scenario> ByMethod { get; } = new Dictionary<string, Scenario>
    {
        [nameof(IAmazonGlacier.SetVaultAccessPolicyAsync)] = SetVaultAccessPolicyAsync,
        [nameof(IAmazonGlacier.GetVaultAccessPolicyAsync)] = GetVaultAccessPolicyAsync,
        [nameof(IAmazonGlacier.DeleteVaultAccessPolicyAsync)] = DeleteVaultAccessPolicyAsync,
        [nameof(IAmazonGlacier.InitiateVaultLockAsync)] = InitiateVaultLockAsync,
        [nameof(IAmazonGlacier.GetVaultLockAsync)] = GetVaultLockAsync,
        [nameof(IAmazonGlacier.CompleteVaultLockAsync)] = CompleteVaultLockAsync,
        [nameof(IAmazonGlacier.AbortVaultLockAsync)] = AbortVaultLockAsync,
    };

    private static async Task SetVaultAccessPolicyAsync(IAmazonGlacier glacier, string vault)
    {
        var archive = await glacier.UploadAsync(vault, [1]);
        var set = await SetPolicyAsync(glacier, vault);
        Assert.Equal(HttpStatusCode.NoContent, set.HttpStatusCode);
        await RefusesDeletionAsync(glacier, vault, archive);
    }

    private static async Task GetVaultAccessPolicyAsync(IAmazonGlacier glacier, string vault)
    {
        var request = new GetVaultAccessPolicyRequest { VaultName = vault };
        await Assert.ThrowsAsync<ResourceNotFoundException>(() => glacier.GetVaultAccessPolicyAsync(request));
        await SetPolicyAsync(glacier, vault);
        Assert.Equal(DenyDeletion, (await glacier.GetVaultAccessPolicyAsync(request)).Policy.Policy);
    }

    private static async Task DeleteVaultAccessPolicyAsync(IAmazonGlacier glacier, string vault)
    {
        var archive = await glacier.UploadAsync(vault, [1]);
        await SetPolicyAsync(glacier, vault);
        var deleted = await glacier.DeleteVaultAccessPolicyAsync(new DeleteVaultAccessPolicyRequest { VaultName = vault });
        Assert.Equal(HttpStatusCode.NoContent, deleted.HttpStatusCode);
        await glacier.DeleteArchiveAsync(new DeleteArchiveRequest { VaultName = vault, ArchiveId = archive });
    }

    private static async Task InitiateVaultLockAsync(IAmazonGlacier glacier, string vault)
    {
        var archive = await glacier.UploadAsync(vault, [1]);
        var initiated = await LockAsync(glacier, vault);
        Assert.Equal(HttpStatusCode.Created, initiated.HttpStatusCode);
        Assert.NotEmpty(initiated.LockId);
        await RefusesDeletionAsync(glacier, vault, archive);
    }

    private static async Task GetVaultLockAsync(IAmazonGlacier glacier, string vault)
    {
        await LockAsync(glacier, vault);
        var shown = await glacier.GetVaultLockAsync(new GetVaultLockRequest { VaultName = vault });
        Assert.Equal("InProgress", shown.State);
        Assert.Equal(DenyDeletion, shown.Policy);
    }

    private static async Task CompleteVaultLockAsync(IAmazonGlacier glacier, string vault)
    {
        var archive = await glacier.UploadAsync(vault, [1]);
        var lockId = (await LockAsync(glacier, vault)).LockId;
        var completed = await glacier.CompleteVaultLockAsync(new CompleteVaultLockRequest { VaultName = vault, LockId = lockId });
        Assert.Equal(HttpStatusCode.NoContent, completed.HttpStatusCode);
        Assert.Equal("Locked", (await glacier.GetVaultLockAsync(new GetVaultLockRequest { VaultName = vault })).State);
        await RefusesDeletionAsync(glacier, vault, archive);
    }

    private static async Task AbortVaultLockAsync(IAmazonGlacier glacier, string vault)
    {
        await LockAsync(glacier, vault);
        var aborted = await glacier.AbortVaultLockAsync(new AbortVaultLockRequest { VaultName = vault });
        Assert.Equal(HttpStatusCode.NoContent, aborted.HttpStatusCode);
        await Assert.ThrowsAsync<ResourceNotFoundException>(
            () => glacier.GetVaultLockAsync(new GetVaultLockRequest { VaultName = vault }));
    }

    private static Task<SetVaultAccessPolicyResponse> SetPolicyAsync(IAmazonGlacier glacier, string vault) =>
        glacier.SetVaultAccessPolicyAsync(
            new SetVaultAccessPolicyRequest { VaultName = vault, Policy = new VaultAccessPolicy { Policy = DenyDeletion } });

    private static Task<InitiateVaultLockResponse> LockAsync(IAmazonGlacier glacier, string vault) =>
        glacier.InitiateVaultLockAsync(
            new InitiateVaultLockRequest { VaultName = vault, Policy = new VaultLockPolicy { Policy = DenyDeletion } });

    private static async Task RefusesDeletionAsync(IAmazonGlacier glacier, string vault, string archive)
    {
        var refused = await Assert.ThrowsAsync<AmazonGlacierException>(
            () => glacier.DeleteArchiveAsync(new DeleteArchiveRequest { VaultName = vault, ArchiveId = archive }));
        Assert.Equal("AccessDeniedException", refused.ErrorCode);
        Assert.Contains("keep", refused.Message, StringComparison.Ordinal);
    }
}
