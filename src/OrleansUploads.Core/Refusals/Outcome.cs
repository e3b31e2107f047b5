using System.Diagnostics.CodeAnalysis;

namespace OrleansUploads.Core.Refusals;

public readonly struct Outcome<TAnswer>
    where TAnswer : class
{
    private readonly TAnswer? _answer;

    public Outcome(TAnswer answer) => _answer = answer;

    public Outcome(Refusal refusal) => Refusal = refusal;

    public Refusal? Refusal { get; }

    /// <summary>Throws <see cref="InvalidOperationException"/> if the command was refused.</summary>
    public TAnswer Answer => _answer
        ?? throw new InvalidOperationException($"The command was refused, so there is no {typeof(TAnswer).Name}: {Refusal}.");

    /// <summary>True if there is an answer; false if there is a refusal.</summary>
    public bool TryGet([NotNullWhen(true)] out TAnswer? answer, [NotNullWhen(false)] out Refusal? refusal)
    {
        answer = _answer;
        refusal = Refusal;
        return answer is not null;
    }
}

public static class Outcome
{
    /// <summary>Throws <see cref="InvalidCastException"/> if the entity has given another answer, which is a bug in its
    /// decider.</summary>
    public static Outcome<TAnswer> Of<TAnswer>(IAnswer answer)
        where TAnswer : class, IAnswer => answer switch
        {
            Refusal refusal => new(refusal),
            TAnswer declared => new(declared),
            _ => throw new InvalidCastException($"Expected {typeof(TAnswer).Name} or a refusal, but got {answer.GetType().Name}."),
        };
}
