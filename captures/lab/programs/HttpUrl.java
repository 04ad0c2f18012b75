import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URL;
import java.util.ArrayList;
import java.util.List;

/**
 * Asks five times with HttpURLConnection, one request after the other, looks at the status of each answer, and then
 * does what the argument says: "drain" reads the body to its end, "disconnect" disconnects, "leave" does nothing.
 */
public class HttpUrl {
    public static void main(String[] arguments) throws IOException, InterruptedException {
        List<HttpURLConnection> left = new ArrayList<>(); // the garbage collector would give some back
        for (int i = 0; i < 5; i++) {
            HttpURLConnection connection = (HttpURLConnection) new URL("http://127.0.0.1:8880/").openConnection();
            int status = connection.getResponseCode();
            switch (arguments[0]) {
                case "drain" -> drain(connection, status);
                case "disconnect" -> connection.disconnect();
                case "leave" -> left.add(connection);
                default -> throw new IllegalArgumentException(arguments[0]);
            }
            Thread.sleep(20); // the connection is free again, or closed
        }
    }

    private static void drain(HttpURLConnection connection, int status) throws IOException {
        try (InputStream body = status < 400 ? connection.getInputStream() : connection.getErrorStream()) {
            body.readAllBytes();
        }
    }
}
