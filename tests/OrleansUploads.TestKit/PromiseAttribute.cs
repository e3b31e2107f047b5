using Xunit.v3;

namespace OrleansUploads.TestKit;

/// <summary>The test fails if a promise of the documents is broken. <c>docs/proof.md</c> lists such tests.</summary>
/// <param name="document">The file name of the document: <c>README.md</c>, <c>operations.md</c> or <c>cluster.md</c>.</param>
/// <param name="promise">The first cell of the row that makes the promise, or its sentence in the README without the period. Without marks of
/// Markdown, and in one literal.</param>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method, AllowMultiple = true)]
public sealed class PromiseAttribute(string document, string promise) : Attribute, ITraitAttribute
{
    /// <summary>The trait's name. Its value is the document and the promise.</summary>
    public const string Name = "Promise";

    public string Document => document;

    public string Promise => promise;

    /// <inheritdoc/>
    public IReadOnlyCollection<KeyValuePair<string, string>> GetTraits() => [new(Name, $"{document}: {promise}")];
}
