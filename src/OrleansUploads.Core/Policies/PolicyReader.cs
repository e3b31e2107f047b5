using System.Text.Json;

namespace OrleansUploads.Core.Policies;

/// <summary>Reads a policy's JSON and refuses everything that cannot be enforced as written.</summary>
internal static class PolicyReader
{
    /// <summary>One level more than a valid policy needs, so that excessive nesting inside an element is reported as an error of
    /// that element.</summary>
    private const int MaxDepth = 8;

    private const string Newest = "2012-10-17";
    private const string Oldest = "2008-10-17";

    public static ImmutableArray<PolicyStatement> Read(string text)
    {
        try
        {
            // Duplicate names are refused because parsers disagree about which one counts.
            using var json = JsonDocument.Parse(
                text, new JsonDocumentOptions { MaxDepth = MaxDepth, AllowDuplicateProperties = false });
            return ReadPolicy(json.RootElement);
        }
        catch (JsonException malformed)
        {
            throw new PolicyFormatException($"The policy is not valid JSON: {JsonFlaw.Describe(malformed)}.");
        }
        catch (Exception unpaired) when (unpaired is InvalidOperationException or ArgumentException)
        {
            // JsonDocument reports an unpaired surrogate, escaped or literal, only when the string is read.
            throw new PolicyFormatException("The policy is not valid JSON: a string contains an unpaired surrogate.");
        }
    }

    private static ImmutableArray<PolicyStatement> ReadPolicy(JsonElement policy)
    {
        if (policy.ValueKind != JsonValueKind.Object)
        {
            throw new PolicyFormatException("The policy is not a JSON object.");
        }

        PolicyElements.RefuseUnknownMembers(policy, "the policy", "Version", "Id", "Statement");
        var version = PolicyElements.FindMember(policy, "Version") is { } named ? PolicyElements.ReadText(named, "Version") : Oldest;
        if (version is not (Newest or Oldest))
        {
            throw new PolicyFormatException($"Version is '{version}'. It must be '{Newest}' or '{Oldest}'.");
        }

        if (PolicyElements.FindMember(policy, "Id") is { } id)
        {
            PolicyElements.ReadText(id, "Id");
        }

        if (PolicyElements.FindMember(policy, "Statement") is not { } statements)
        {
            throw new PolicyFormatException("The policy has no Statement.");
        }

        var elements = statements.ValueKind == JsonValueKind.Array ? statements.EnumerateArray().ToArray() : [statements];
        return elements.Length == 0
            ? throw new PolicyFormatException("The policy has no Statement: its list is empty.")
            : [.. elements.Select((element, index) => ReadStatement(element, index + 1, version == Newest))];
    }

    /// <param name="number">Position in the policy, starting at 1.</param>
    /// <param name="hasVariables">Whether <c>${...}</c> is a policy variable in this version of the policy language.</param>
    private static PolicyStatement ReadStatement(JsonElement statement, int number, bool hasVariables)
    {
        var place = $"statement {number}";
        if (statement.ValueKind != JsonValueKind.Object)
        {
            throw new PolicyFormatException($"In {place}: it is not a JSON object.");
        }

        try
        {
            PolicyElements.RefuseUnknownMembers(
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
            var sid = PolicyElements.FindMember(statement, "Sid") is { } name ? PolicyElements.ReadText(name, "Sid") : null;
            place = string.IsNullOrEmpty(sid) ? place : $"{place} (Sid '{sid}')";
            return new PolicyStatement(
                place,
                ReadDenies(statement),
                PrincipalSet.Read(statement),
                ReadActions(statement),
                ReadResources(statement, hasVariables),
                ConditionReader.Read(statement, hasVariables));
        }
        catch (PolicyFormatException error)
        {
            throw new PolicyFormatException($"In {place}: {error.Message}");
        }
    }

    private static bool ReadDenies(JsonElement statement)
    {
        var effect = PolicyElements.FindMember(statement, "Effect") is { } element ? PolicyElements.ReadText(element, "Effect") : null;
        return effect switch
        {
            "Deny" => true,
            "Allow" => false,
            null => throw new PolicyFormatException("it has no Effect."),
            _ => throw new PolicyFormatException($"Effect is '{effect}'. It must be 'Allow' or 'Deny'."),
        };
    }

    /// <summary>Reads the actions. An action that matches no operation is refused, because it is probably a typing error, and a
    /// statement meant to deny something would then deny nothing.</summary>
    private static PatternSet ReadActions(JsonElement statement)
    {
        var (element, excludes) = PolicyElements.FindEither(statement, "Action", "NotAction");
        var patterns = PolicyElements.ReadTexts(element, "Action").Select(text => new WildcardPattern(text, ignoresCase: true));
        var actions = patterns.ToImmutableArray();
        foreach (var action in actions)
        {
            if (!VaultActions.Names.Any(name => action.Matches(name)))
            {
                throw new PolicyFormatException(
                    $"the action '{action}' matches no operation of the vault API. Use a name such as glacier:DeleteArchive, or a pattern "
                    + "such as glacier:*.");
            }
        }

        return new PatternSet(actions, excludes);
    }

    private static PatternSet ReadResources(JsonElement statement, bool hasVariables)
    {
        var (element, excludes) = PolicyElements.FindEither(statement, "Resource", "NotResource");
        var resources = PolicyElements.ReadTexts(element, "Resource");
        foreach (var resource in resources)
        {
            PolicyElements.RefuseVariables(resource, hasVariables);
            if (!CanBeVault(resource))
            {
                throw new PolicyFormatException(
                    $"the resource '{resource}' is not a vault. Use '*' or arn:aws:glacier:{{region}}:{{account}}:vaults/{{name}}, "
                    + "which may contain the wildcards '*' and '?'.");
            }
        }

        return new PatternSet([.. resources.Select(resource => new WildcardPattern(resource))], excludes);
    }

    private static bool CanBeVault(string resource) => resource == "*"
        || (resource.Split(':', 6) is ["arn", _, var service, _, var account, var vault]
            && (service == "glacier" || !WildcardPattern.IsLiteral(service))
            && (AccountId.TryParse(account, out _) || !WildcardPattern.IsLiteral(account))
            && (!WildcardPattern.IsLiteral(vault) || vault.StartsWith("vaults/", StringComparison.Ordinal)));
}

/// <summary>Reads parts that occur in several elements of a policy: member names from a closed set, and single or multiple
/// values.</summary>
internal static class PolicyElements
{
    /// <summary>The <see cref="PolicyFormatException"/> names the member.</summary>
    public static void RefuseUnknownMembers(JsonElement parent, string what, params string[] known)
    {
        foreach (var member in parent.EnumerateObject())
        {
            if (!known.Contains(member.Name))
            {
                throw new PolicyFormatException(
                    $"unknown element '{member.Name}' in {what}. Valid elements: {string.Join(", ", known)}.");
            }
        }
    }

    public static JsonElement? FindMember(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out var element) ? element : null;

    /// <summary>Finds an element or its opposite. Exactly one of them must be present.</summary>
    public static (JsonElement Element, bool Excludes) FindEither(JsonElement statement, string name, string opposite) =>
        (FindMember(statement, name), FindMember(statement, opposite)) switch
        {
            ({ } element, null) => (element, false),
            (null, { } element) => (element, true),
            (null, null) => throw new PolicyFormatException($"it has no {name}."),
            _ => throw new PolicyFormatException($"it has both {name} and {opposite}. Only one of them is allowed."),
        };

    public static string ReadText(JsonElement element, string name) => element.ValueKind == JsonValueKind.String
        ? element.GetString()!
        : throw new PolicyFormatException($"{name} is not a string.");

    /// <summary>Reads a text, or a list of at least one.</summary>
    public static string[] ReadTexts(JsonElement element, string name) => ReadValues(element, name, ReadText);

    /// <summary>Reads a value, or a list of at least one.</summary>
    public static T[] ReadValues<T>(JsonElement element, string name, Func<JsonElement, string, T> read)
    {
        if (element.ValueKind != JsonValueKind.Array)
        {
            return [read(element, name)];
        }

        T[] values = [.. element.EnumerateArray().Select(value => read(value, name))];
        return values.Length > 0 ? values : throw new PolicyFormatException($"{name} is an empty list.");
    }

    /// <summary>Refuses a text that contains a policy variable.</summary>
    public static void RefuseVariables(string text, bool hasVariables)
    {
        if (hasVariables && text.Contains("${", StringComparison.Ordinal))
        {
            throw new PolicyFormatException($"'{text}' contains a policy variable, which this server does not support.");
        }
    }
}
