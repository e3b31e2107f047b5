namespace OrleansUploads.Core.Policies;

/// <summary>A parsed and validated access policy or lock policy.</summary>
/// <remarks>Every part of a policy is enforced, never ignored: a document with an unknown element, operator or key is invalid.
/// Source: the IAM user guide, "IAM JSON policy elements reference".</remarks>
public sealed class PolicyDocument
{
    private PolicyDocument(ImmutableArray<PolicyStatement> statements)
    {
        Statements = statements;
        LooksAtArchiveAge = statements.Any(
            statement => statement.Conditions.Any(condition => condition.Key == ConditionKey.ArchiveAge));
        LooksAtClock = statements.Any(
            statement => statement.Conditions.Any(condition => condition.Key.DependsOnTime));
    }

    /// <summary>The statements in the document's order; at least one.</summary>
    public ImmutableArray<PolicyStatement> Statements { get; }

    /// <summary>Whether any statement depends on the age of an archive. If so, the archive must be looked up before the policy is
    /// evaluated.</summary>
    public bool LooksAtArchiveAge { get; }

    /// <summary>Whether any statement depends on the current time, directly or through the age of an archive.</summary>
    public bool LooksAtClock { get; }

    /// <summary>Parses a document.</summary>
    /// <exception cref="PolicyFormatException">The text is not a policy, or a policy that cannot be enforced.</exception>
    public static PolicyDocument Parse(string text) => new(PolicyReader.Read(text));

    /// <summary>The first condition on a key that no request to this server has a value for, or null.</summary>
    public (PolicyStatement Statement, string Key)? FindAlwaysAbsentKey()
    {
        foreach (var statement in Statements)
        {
            foreach (var condition in statement.Conditions)
            {
                if (condition.Key.IsAlwaysAbsent)
                {
                    return (statement, condition.Key.Name);
                }
            }
        }

        return null;
    }

    /// <summary>The first statement that can never apply to a vault, or null.</summary>
    public PolicyStatement? FindStatementForOtherVaults(string vaultArn) =>
        Statements.FirstOrDefault(statement => !statement.Resources.Includes(vaultArn));
}

/// <summary>A text is not a policy, or a policy that cannot be enforced. The message says what is wrong and where.</summary>
public sealed class PolicyFormatException(string message) : FormatException(message);
