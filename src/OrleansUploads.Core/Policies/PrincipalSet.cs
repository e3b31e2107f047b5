using System.Text.Json;

namespace OrleansUploads.Core.Policies;

/// <summary>The principals in a <c>Principal</c> element, or those that <c>NotPrincipal</c> excludes. Users and roles are
/// valid, but no access key of this server belongs to one, so they match no caller.</summary>
/// <param name="Everyone">Whether the element is <c>*</c>.</param>
/// <param name="Excludes">Whether the set contains all principals except the named ones.</param>
internal sealed record PrincipalSet(bool Everyone, ImmutableHashSet<AccountId> Accounts, bool Excludes)
{
    private const string EveryoneName = "*";
    private const string Forms =
        "It must be '*', an account number, or the ARN of an account's root user, a user, a role or a session.";

    private const int IdentityArnParts = 6;

    public static PrincipalSet Read(JsonElement statement)
    {
        var (element, excludes) = PolicyElements.FindEither(statement, "Principal", "NotPrincipal");
        var names = NamesIn(element);
        var everyone = names.Contains(EveryoneName);
        if (everyone && excludes)
        {
            throw new PolicyFormatException("NotPrincipal excludes everyone, so the statement would never apply.");
        }

        var accounts = ImmutableHashSet.CreateBuilder<AccountId>();
        foreach (var name in names)
        {
            if (TryReadAccount(name, out var account))
            {
                accounts.Add(account);
            }
            else if (name != EveryoneName && !IsUserOrRole(name))
            {
                throw new PolicyFormatException($"invalid principal '{name}'. {Forms}");
            }
        }

        return new PrincipalSet(everyone, accounts.ToImmutable(), excludes);
    }

    public bool Includes(PolicyRequest request) => (Everyone || Accounts.Contains(request.Caller)) != Excludes;

    private static string[] NamesIn(JsonElement element)
    {
        if (element.ValueKind == JsonValueKind.String)
        {
            return element.GetString() == EveryoneName
                ? [EveryoneName]
                : throw new PolicyFormatException(
                    $"the principal '{element.GetString()}' is neither '*' nor an object such as "
                    + "{\"AWS\": \"111122223333\"}.");
        }

        if (element.ValueKind != JsonValueKind.Object)
        {
            throw new PolicyFormatException("Principal is neither '*' nor an object such as {\"AWS\": \"111122223333\"}.");
        }

        PolicyElements.RefuseUnknownMembers(element, "Principal", "AWS");
        return PolicyElements.FindMember(element, "AWS") is { } aws
            ? PolicyElements.ReadTexts(aws, "AWS")
            : throw new PolicyFormatException("Principal is empty.");
    }

    /// <summary>Parses an account: its number or the ARN of its root user.</summary>
    private static bool TryReadAccount(string text, out AccountId account)
    {
        if (AccountId.TryParse(text, out account))
        {
            return true;
        }

        var parts = text.Split(':', IdentityArnParts);
        return IsIdentity(parts) && parts[2] == "iam" && parts[5] == "root" && AccountId.TryParse(parts[4], out account);
    }

    private static bool IsUserOrRole(string text)
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
