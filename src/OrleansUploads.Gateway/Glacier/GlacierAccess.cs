using OrleansUploads.Core.Policies;

namespace OrleansUploads.Gateway.Glacier;

/// <summary>What an operation of the vault API does, for keys with a scope.</summary>
internal static class GlacierAccess
{
    /// <summary>Stands for the signer's own account in a path.</summary>
    public const string OwnAccount = "-";

    /// <summary>Returns what a request does.</summary>
    /// <param name="route">Its operation, or null if it is none.</param>
    /// <param name="target">Its path.</param>
    /// <param name="signer">The account that the signer acts for.</param>
    public static KeyAccess Of(GlacierRoute? route, RequestTarget target, AccountId signer) => new(
        route?.Operation.Access ?? KeyAccessKind.Change,
        route?.Vault,
        target.Segments is [var account, ..] && (account == OwnAccount || account == signer.ToString()));
}
