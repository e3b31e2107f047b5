using System.Diagnostics.CodeAnalysis;

namespace OrleansUploads.Core.Refusals;

/// <summary>An answer or a refusal.</summary>
/// <typeparam name="TAnswer">Type of the answer.</typeparam>
public readonly struct Outcome<TAnswer>
    where TAnswer : class
{
    private readonly TAnswer? _answer;

    /// <summary>Wraps an answer.</summary>
    public Outcome(TAnswer answer) => _answer = answer;

    /// <summary>Wraps a refusal.</summary>
    public Outcome(Refusal refusal) => Refusal = refusal;

    /// <summary>The refusal, or null if there is an answer.</summary>
    public Refusal? Refusal { get; }

    /// <summary>The answer.</summary>
    /// <exception cref="InvalidOperationException">The command was refused.</exception>
    public TAnswer Answer => _answer
        ?? throw new InvalidOperationException($"The command was refused, so there is no {typeof(TAnswer).Name}: {Refusal}.");

    /// <summary>Gets either the answer or the refusal.</summary>
    /// <returns>True if there is an answer; false if there is a refusal.</returns>
    public bool TryGet([NotNullWhen(true)] out TAnswer? answer, [NotNullWhen(false)] out Refusal? refusal)
    {
        answer = _answer;
        refusal = Refusal;
        return answer is not null;
    }
}

/// <summary>Wraps the answers of entities.</summary>
public static class Outcome
{
    /// <summary>Wraps the answer of an entity.</summary>
    /// <typeparam name="TAnswer">The answer that the command declares.</typeparam>
    /// <exception cref="InvalidCastException">The entity has given another answer. This is a bug in its decider.</exception>
    public static Outcome<TAnswer> Of<TAnswer>(IAnswer answer)
        where TAnswer : class, IAnswer => answer switch
        {
            Refusal refusal => new(refusal),
            TAnswer declared => new(declared),
            _ => throw new InvalidCastException($"Expected {typeof(TAnswer).Name} or a refusal, but got {answer.GetType().Name}."),
        };
}
