namespace OrleansUploads.Core.Policies;

/// <summary>The principals in a <c>Principal</c> element, or those that <c>NotPrincipal</c> excludes.</summary>
/// <param name="Everyone">Whether the element is <c>*</c>.</param>
/// <param name="Accounts">Whole accounts.</param>
/// <param name="Arns">Users and roles. No access key of this server belongs to one, so they match no caller.</param>
/// <param name="Excludes">Whether the set contains all principals except the named ones.</param>
internal sealed record PrincipalSet(
    bool Everyone, ImmutableHashSet<AccountId> Accounts, ImmutableHashSet<string> Arns, bool Excludes)
{
    private const int IdentityArnParts = 6;

    /// <summary>Whether the set contains the caller of a request.</summary>
    public bool Includes(PolicyRequest request) =>
        (Everyone || Accounts.Contains(request.Caller) || Arns.Contains(request.CallerArn)) != Excludes;

    /// <summary>Parses an account: its number or the ARN of its root user.</summary>
    public static bool TryReadAccount(string text, out AccountId account)
    {
        if (AccountId.TryParse(text, out account))
        {
            return true;
        }

        var parts = text.Split(':', IdentityArnParts);
        return IsIdentity(parts) && parts[2] == "iam" && parts[5] == "root" && AccountId.TryParse(parts[4], out account);
    }

    /// <summary>Whether a text is the ARN of a user, a role, an assumed role or a federated user.</summary>
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

    /// <summary>Whether the parts have the form <c>arn:aws:iam::111122223333:...</c>, in any of Amazon's partitions.</summary>
    private static bool IsIdentity(string[] parts) =>
        parts is ["arn", var partition, "iam" or "sts", "", var account, _]
        && (partition == "aws" || partition.StartsWith("aws-", StringComparison.Ordinal))
        && AccountId.TryParse(account, out _);
}
