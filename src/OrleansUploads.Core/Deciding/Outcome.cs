using System.Diagnostics.CodeAnalysis;

namespace OrleansUploads.Core.Deciding;

/// <summary>An answer, or the refusal that stands in its place.</summary>
/// <typeparam name="TAnswer">What a positive answer looks like.</typeparam>
public readonly struct Outcome<TAnswer>
    where TAnswer : class
{
    private readonly object _value;

    /// <summary>Takes what a decider answered.</summary>
    /// <exception cref="InvalidCastException">It is neither a refusal nor this answer: the decider is wrong.</exception>
    public Outcome(object answer) => _value = answer is Core.Refusal or TAnswer
        ? answer
        : throw new InvalidCastException($"{answer.GetType().Name} is no {typeof(TAnswer).Name}.");

    /// <summary>The refusal; null where there is an answer.</summary>
    public Refusal? Refusal => _value as Refusal;

    /// <summary>The answer.</summary>
    /// <exception cref="InvalidOperationException">It was refused.</exception>
    public TAnswer Answer => _value as TAnswer
        ?? throw new InvalidOperationException($"There is no {typeof(TAnswer).Name}: {_value}.");

    /// <summary>Splits the two cases.</summary>
    /// <returns>Whether there is an answer.</returns>
    public bool TryGet([NotNullWhen(true)] out TAnswer? answer, [NotNullWhen(false)] out Refusal? refusal)
    {
        answer = _value as TAnswer;
        refusal = _value as Refusal;
        return answer is not null;
    }
}
