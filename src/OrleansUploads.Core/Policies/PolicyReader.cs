using System.Collections.Immutable;
using System.Text.Json;

namespace OrleansUploads.Core.Policies;

/// <summary>Reads a policy's JSON, and refuses whatever could not be enforced as it is written.</summary>
internal static class PolicyReader
{
    /// <summary>One more than a good policy needs, so that a deeper one is told from a broken one.</summary>
    private const int MaxDepth = 8;

    private const string Newest = "2012-10-17";
    private const string Oldest = "2008-10-17";

    /// <summary>Reads the statements of a policy.</summary>
    /// <exception cref="PolicyFormatException">It is no policy, or one that cannot be enforced.</exception>
    public static ImmutableArray<PolicyStatement> Read(string text)
    {
        try
        {
            // A name given twice could be read in two ways, and another reader might choose the other one.
            using var json = JsonDocument.Parse(
                text, new JsonDocumentOptions { MaxDepth = MaxDepth, AllowDuplicateProperties = false });
            return ReadPolicy(json.RootElement);
        }
        catch (JsonException malformed)
        {
            throw new PolicyFormatException($"The policy is not the JSON of one: {malformed.Message}");
        }
        catch (Exception half) when (half is InvalidOperationException or ArgumentException)
        {
            // The reader notices only now that an escape in a text stands for half a character, or that the text itself has
            // one.
            throw new PolicyFormatException("The policy is not the JSON of one: a text in it has half a character.");
        }
    }

    private static ImmutableArray<PolicyStatement> ReadPolicy(JsonElement policy)
    {
        if (policy.ValueKind != JsonValueKind.Object)
        {
            throw new PolicyFormatException("The policy is not a JSON object.");
        }

        PolicyElements.Check(policy, "the policy", "Version", "Id", "Statement");
        var version = PolicyElements.Find(policy, "Version") is { } named ? PolicyElements.Text(named, "Version") : Oldest;
        if (version is not (Newest or Oldest))
        {
            throw new PolicyFormatException($"Version is '{version}'. It must be '{Newest}' or '{Oldest}'.");
        }

        if (PolicyElements.Find(policy, "Id") is { } id)
        {
            PolicyElements.Text(id, "Id");
        }

        if (PolicyElements.Find(policy, "Statement") is not { } statements)
        {
            throw new PolicyFormatException("The policy has no Statement.");
        }

        var elements = statements.ValueKind == JsonValueKind.Array ? statements.EnumerateArray().ToArray() : [statements];
        return elements.Length == 0
            ? throw new PolicyFormatException("The policy has no Statement: the list is empty.")
            : [.. elements.Select((element, index) => ReadStatement(element, index + 1, version == Newest))];
    }

    /// <param name="statement">The statement.</param>
    /// <param name="number">Its place in the policy, from 1.</param>
    /// <param name="hasVariables">Whether <c>${...}</c> stands for something else in this version of the language.</param>
    private static PolicyStatement ReadStatement(JsonElement statement, int number, bool hasVariables)
    {
        var place = $"statement {number}";
        if (statement.ValueKind != JsonValueKind.Object)
        {
            throw new PolicyFormatException($"In {place}: it is not a JSON object.");
        }

        try
        {
            PolicyElements.Check(
                statement,
                "a statement",
                "Sid",
                "Effect",
                "Principal",
                "NotPrincipal",
                "Action",
                "NotAction",
                "Resource",
                "NotResource",
                "Condition");
            var sid = PolicyElements.Find(statement, "Sid") is { } name ? PolicyElements.Text(name, "Sid") : null;
            place = string.IsNullOrEmpty(sid) ? place : $"{place} (Sid '{sid}')";
            return new PolicyStatement(
                number,
                sid,
                ReadDenies(statement),
                PrincipalReader.Read(statement),
                ReadActions(statement),
                ReadResources(statement, hasVariables),
                ConditionReader.Read(statement, hasVariables));
        }
        catch (PolicyFormatException flaw)
        {
            throw new PolicyFormatException($"In {place}: {flaw.Message}");
        }
    }

    private static bool ReadDenies(JsonElement statement)
    {
        var effect = PolicyElements.Find(statement, "Effect") is { } element ? PolicyElements.Text(element, "Effect") : null;
        return effect switch
        {
            "Deny" => true,
            "Allow" => false,
            null => throw new PolicyFormatException("it has no Effect."),
            _ => throw new PolicyFormatException($"Effect is '{effect}'. It must be 'Allow' or 'Deny'."),
        };
    }

    /// <summary>An action that names no operation is a slip of the pen, and would leave open what it was meant to
    /// close.</summary>
    private static PatternSet ReadActions(JsonElement statement)
    {
        var (element, excludes) = PolicyElements.FindEither(statement, "Action", "NotAction");
        var patterns = PolicyElements.Texts(element, "Action").Select(text => new WildcardPattern(text, ignoresCase: true));
        var actions = patterns.ToImmutableArray();
        foreach (var action in actions)
        {
            if (!PolicyActions.Operations.Any(operation => action.Matches(PolicyActions.Prefix + operation)))
            {
                throw new PolicyFormatException($"the action '{action}' names no operation of the vault API.");
            }
        }

        return new PatternSet(actions, excludes);
    }

    private static PatternSet ReadResources(JsonElement statement, bool hasVariables)
    {
        var (element, excludes) = PolicyElements.FindEither(statement, "Resource", "NotResource");
        var resources = PolicyElements.Texts(element, "Resource");
        foreach (var resource in resources)
        {
            PolicyElements.RefuseVariables(resource, hasVariables);
            if (!CanBeVault(resource))
            {
                throw new PolicyFormatException(
                    $"the resource '{resource}' is no vault. A vault is arn:aws:glacier:{{region}}:{{account}}:vaults/"
                    + "{name}, and '*' and '?' may stand in it.");
            }
        }

        return new PatternSet([.. resources.Select(resource => new WildcardPattern(resource))], excludes);
    }

    private static bool CanBeVault(string resource) => resource == "*"
        || (resource.Split(':', 6) is ["arn", _, var service, _, var account, var vault]
            && (service == "glacier" || !WildcardPattern.IsLiteral(service))
            && (Accounts.AccountId.TryParse(account, out _) || !WildcardPattern.IsLiteral(account))
            && (!WildcardPattern.IsLiteral(vault) || vault.StartsWith("vaults/", StringComparison.Ordinal)));
}
