using System.Collections.Immutable;
using OrleansUploads.Core.Accounts;

namespace OrleansUploads.Core.Policies;

/// <summary>Whom an element <c>Principal</c> names, or whom <c>NotPrincipal</c> leaves out.</summary>
/// <param name="Everyone">Whether it names everybody.</param>
/// <param name="Accounts">Accounts as a whole.</param>
/// <param name="Arns">Users and roles. No key of this server belongs to one, so these name nobody.</param>
/// <param name="Excludes">Whether everybody else is meant.</param>
internal sealed record PrincipalSet(
    bool Everyone, ImmutableHashSet<AccountId> Accounts, ImmutableHashSet<string> Arns, bool Excludes)
{
    private const int IdentityArnParts = 6;

    /// <summary>Whether the caller is meant.</summary>
    public bool Includes(PolicyRequest request) =>
        (Everyone || Accounts.Contains(request.Caller) || Arns.Contains(request.CallerArn)) != Excludes;

    /// <summary>Reads the name of an account: its number or the ARN of its root.</summary>
    public static bool TryReadAccount(string text, out AccountId account)
    {
        if (AccountId.TryParse(text, out account))
        {
            return true;
        }

        var parts = text.Split(':', IdentityArnParts);
        return IsIdentity(parts) && parts[2] == "iam" && parts[5] == "root" && AccountId.TryParse(parts[4], out account);
    }

    /// <summary>Whether a text is the ARN of a user, a role, or somebody who has taken on a role.</summary>
    public static bool IsUserOrRole(string text)
    {
        var parts = text.Split(':', IdentityArnParts);
        if (!IsIdentity(parts) || !WildcardPattern.IsLiteral(text))
        {
            return false;
        }

        string[] kinds = parts[2] == "iam" ? ["user/", "role/"] : ["assumed-role/", "federated-user/"];
        return kinds.Any(kind => parts[5].StartsWith(kind, StringComparison.Ordinal) && parts[5].Length > kind.Length);
    }

    /// <summary><c>arn:aws:iam::111122223333:...</c>, in any of Amazon's partitions.</summary>
    private static bool IsIdentity(string[] parts) =>
        parts is ["arn", var partition, "iam" or "sts", "", var account, _]
        && (partition == "aws" || partition.StartsWith("aws-", StringComparison.Ordinal))
        && AccountId.TryParse(account, out _);
}
