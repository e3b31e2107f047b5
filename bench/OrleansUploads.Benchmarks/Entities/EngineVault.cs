using OrleansUploads.Core.Accounts;
using OrleansUploads.Core.Vaults;
using OrleansUploads.Engine.Entities;

namespace OrleansUploads.Benchmarks.Entities;

/// <summary>A vault on an engine without a gateway.</summary>
internal static class EngineVault
{
    /// <summary>Creates a vault.</summary>
    /// <returns>What its uploads address.</returns>
    public static async Task<VaultIncarnation> CreateAsync(IEntityHost host, VaultId vault, CancellationToken cancellationToken)
    {
        _ = (await host.AskAsync(vault.Account.Entity, new CreateVault(vault), cancellationToken)).Answer;
        return (await host.AskAsync(vault.Entity, new DescribeVault(vault), cancellationToken)).Answer.Incarnation;
    }
}
