namespace OrleansUploads.Core.Tests.Policies;

public sealed class WildcardPatternTests
{
    [Fact]
    public void Matching_of_longer_texts_agrees_with_exhaustive_search()
    {
        var random = new Random(Seed: 1);
        for (var i = 0; i < 50_000; i++)
        {
            var (pattern, text) = (Draw(), Draw());
            Assert.True(new WildcardPattern(pattern).Matches(text) == TryAll(pattern, text), $"'{pattern}' and '{text}'");
        }

        string Draw() => new(random.GetItems<char>("ab*?", random.Next(9)));
    }

    [Fact]
    public void Matching_agrees_with_exhaustive_search()
    {
        var texts = TextsUpTo(4).ToList();
        foreach (var pattern in texts)
        {
            var matcher = new WildcardPattern(pattern);
            Assert.Null(texts.Find(text => matcher.Matches(text) != TryAll(pattern, text)));
        }
    }

    [Fact]
    public void Adversarial_patterns_match_in_bounded_time()
    {
        // Exhaustive search would take longer than the age of the universe.
        var pattern = string.Concat(Enumerable.Repeat("*a", 500)) + "b";
        Assert.False(new WildcardPattern(pattern).Matches(new string('a', 1024)));
    }

    private static IEnumerable<string> TextsUpTo(int length) => length == 0
        ? [""]
        : TextsUpTo(length - 1).SelectMany(text => "ab*?".Select(next => text + next)).Prepend("");

    private static bool TryAll(string pattern, string text) => pattern switch
    {
        "" => text.Length == 0,
        ['*', .. var rest] => TryAll(rest, text) || (text.Length > 0 && TryAll(pattern, text[1..])),
        ['?', .. var rest] => text.Length > 0 && TryAll(rest, text[1..]),
        _ => text.Length > 0 && text[0] == pattern[0] && TryAll(pattern[1..], text[1..]),
    };
}
