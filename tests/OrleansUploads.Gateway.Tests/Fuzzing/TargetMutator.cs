namespace OrleansUploads.Gateway.Tests.Fuzzing;

/// <summary>Corrupts the path or the query of a request.</summary>
internal sealed class TargetMutator(Dice dice, TargetVocabulary vocabulary)
{
    public FuzzRequest MutatePath(FuzzRequest request)
    {
        var (path, query) = Split(request.Target);
        var segments = path.Split('/').ToList();
        var at = Math.Min(1 + dice.Below(segments.Count), segments.Count - 1);
        switch (dice.Below(10))
        {
            case 0:
                segments.RemoveAt(at);
                break;
            case 1:
                segments.Insert(at, segments[at]);
                break;
            case 2:
                segments.Insert(at, OddSegment());
                break;
            case 3:
                segments.Add(OddSegment());
                break;
            case 4:
                segments[at] = Escaped(segments[at]);
                break;
            case 5:
                segments[at] = vocabulary.OtherName();
                break;
            case 6:
                segments[at] = new string('v', dice.Pick(255, 256, 3000, 7900, 9000, 70_000));
                break;
            case 7:
                return request with { Target = dice.PickFrom(vocabulary.Targets) };
            case 8:
                segments[at] = segments[at].ToUpperInvariant();
                break;
            default:
                segments[at] = OddSegment();
                break;
        }

        return request with { Target = string.Join('/', segments) + query };
    }

    public FuzzRequest MutateQuery(FuzzRequest request)
    {
        var (path, query) = Split(request.Target);
        var parameter = $"{dice.PickFrom(vocabulary.Parameters)}{dice.Pick("=", "=", "=", "", "==")}{OddValue()}";
        var mutated = dice.Below(8) switch
        {
            0 => "",
            1 => "?",
            2 => $"?{query.TrimStart('?')}&{query.TrimStart('?')}",
            3 => $"?{parameter}&{query.TrimStart('?')}",
            4 => "?" + new string('&', dice.Pick(1, 50, 2000)),
            5 => query.Replace("=", "%3D", StringComparison.Ordinal) + "?" + OddValue(),
            6 => $"?marker={vocabulary.OtherMarker()}",
            _ => $"?{query.TrimStart('?')}&{parameter}",
        };
        return request with { Target = path + mutated };
    }

    private static (string Path, string Query) Split(string target)
    {
        var mark = target.IndexOf('?', StringComparison.Ordinal);
        return mark < 0 ? (target, "") : (target[..mark], target[mark..]);
    }

    /// <summary>Escapes some characters once, and some of them twice.</summary>
    private string Escaped(string segment) => string.Concat(segment.Select(letter =>
        dice.OneIn(2) ? $"%{(int)letter & 0xFF:X2}" : dice.OneIn(4) ? $"%25{(int)letter & 0xFF:x2}" : letter.ToString()));

    /// <summary>Returns mostly a valid path segment, sometimes one that makes the request invalid HTTP.</summary>
    private string OddSegment()
    {
        var text = OddText.Of(dice);
        return dice.OneIn(4) ? text : string.Concat(WireText.Encode(text).Select(value =>
            value is > 0x20 and < 0x7F and not (byte)'?' and not (byte)'#' ? ((char)value).ToString() : $"%{value:x2}"));
    }

    private string OddValue() => dice.Below(3) switch
    {
        0 => OddText.Number(dice).Replace(" ", "%20", StringComparison.Ordinal),
        1 => dice.Pick("%", "%4", "%GG", "%00", "%ff", "%ED%A0%80", "%u0041", "+", "%2B", "%26", "%0d%0a", new string('%', 500)),
        _ => OddSegment(),
    };
}

/// <summary>The words that targets of a protocol consist of.</summary>
/// <param name="Parameters">Names of query parameters, right and wrong.</param>
/// <param name="Targets">Whole targets that are not those of an operation.</param>
/// <param name="OtherName">Returns a name or an ID that the server may know.</param>
/// <param name="OtherMarker">Returns a marker that the server may have returned.</param>
internal sealed record TargetVocabulary(
    IReadOnlyList<string> Parameters, IReadOnlyList<string> Targets, Func<string> OtherName, Func<string> OtherMarker);
