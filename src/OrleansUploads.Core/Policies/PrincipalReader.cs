using System.Text.Json;

namespace OrleansUploads.Core.Policies;

/// <summary>Reads <c>Principal</c> and <c>NotPrincipal</c>.</summary>
internal static class PrincipalReader
{
    private const string Everyone = "*";
    private const string Forms =
        "It must be '*', an account number, or the ARN of an account's root user, a user, a role or a session.";

    /// <summary>Reads the principals of a statement.</summary>
    /// <exception cref="PolicyFormatException">The element is empty, or a principal is invalid.</exception>
    public static PrincipalSet Read(JsonElement statement)
    {
        var (element, excludes) = PolicyElements.FindEither(statement, "Principal", "NotPrincipal");
        var names = NamesIn(element);
        var everyone = names.Contains(Everyone);
        if (everyone && excludes)
        {
            throw new PolicyFormatException("NotPrincipal excludes everyone, so the statement would never apply.");
        }

        var accounts = ImmutableHashSet.CreateBuilder<AccountId>();
        var arns = ImmutableHashSet.CreateBuilder<string>(StringComparer.Ordinal);
        foreach (var name in names)
        {
            if (PrincipalSet.TryReadAccount(name, out var account))
            {
                accounts.Add(account);
            }
            else if (PrincipalSet.IsUserOrRole(name))
            {
                arns.Add(name);
            }
            else if (name != Everyone)
            {
                throw new PolicyFormatException($"invalid principal '{name}'. {Forms}");
            }
        }

        return new PrincipalSet(everyone, accounts.ToImmutable(), arns.ToImmutable(), excludes);
    }

    private static string[] NamesIn(JsonElement element)
    {
        if (element.ValueKind == JsonValueKind.String)
        {
            return element.GetString() == Everyone
                ? [Everyone]
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
}
