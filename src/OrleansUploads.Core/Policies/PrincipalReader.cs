using System.Collections.Immutable;
using System.Text.Json;
using OrleansUploads.Core.Accounts;

namespace OrleansUploads.Core.Policies;

/// <summary>Reads <c>Principal</c> and <c>NotPrincipal</c>.</summary>
internal static class PrincipalReader
{
    private const string Everyone = "*";
    private const string Forms =
        "It must be '*', the number of an account, or the ARN of an account's root, a user, a role or a session.";

    /// <summary>Reads whom a statement is about.</summary>
    /// <exception cref="PolicyFormatException">It names nobody, or somebody who cannot be.</exception>
    public static PrincipalSet Read(JsonElement statement)
    {
        var (element, excludes) = PolicyElements.FindEither(statement, "Principal", "NotPrincipal");
        var names = NamesIn(element);
        var everyone = names.Contains(Everyone);
        if (everyone && excludes)
        {
            throw new PolicyFormatException("NotPrincipal leaves out everybody, so it would never apply.");
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
                throw new PolicyFormatException($"the principal '{name}' cannot be. {Forms}");
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

        PolicyElements.Check(element, "a principal that this server knows", "AWS");
        return PolicyElements.Find(element, "AWS") is { } aws
            ? PolicyElements.Texts(aws, "AWS")
            : throw new PolicyFormatException("Principal names nobody.");
    }
}
