using System.Collections.Immutable;

namespace OrleansUploads.Core.Policies;

/// <summary>A policy of a vault, read and checked: an access policy or a lock policy.</summary>
/// <remarks>What a policy says is enforced or refused, never ignored: an element, operator or key that this server does not
/// know makes the whole document a wrong one. Source: the IAM user guide, "IAM JSON policy elements reference".</remarks>
public sealed class PolicyDocument
{
    private PolicyDocument(ImmutableArray<PolicyStatement> statements)
    {
        Statements = statements;
        LooksAtArchiveAge = statements.Any(
            statement => statement.Conditions.Any(condition => condition.Key == ConditionKey.ArchiveAge));
    }

    /// <summary>At least one, in the document's order.</summary>
    public ImmutableArray<PolicyStatement> Statements { get; }

    /// <summary>Whether any statement asks how old an archive is, which costs a question to find out.</summary>
    public bool LooksAtArchiveAge { get; }

    /// <summary>Reads a document.</summary>
    /// <exception cref="PolicyFormatException">It is no policy, or one that cannot be enforced.</exception>
    public static PolicyDocument Parse(string text) => new(PolicyReader.Read(text));

    /// <summary>The first statement that can never speak of a vault, whoever asks for what; null where there is
    /// none.</summary>
    /// <param name="vaultArn">The vault's long name.</param>
    public PolicyStatement? FindStatementAboutOthers(string vaultArn) =>
        Statements.FirstOrDefault(statement => !statement.Resources.Includes(vaultArn));
}

/// <summary>A text is no policy, or one that cannot be enforced; the message says what is wrong and where.</summary>
/// <param name="message">For the person who wrote it.</param>
public sealed class PolicyFormatException(string message) : FormatException(message);
